import { execFile } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { tcpAppAlpn, withPing } from '../../main/protocol/codec/tunnel-alpn.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import type { Pose } from '../pose.ts';
import { TunnelClient, type TunnelKeys } from '../testing/tunnel-client.ts';
import { makeUser } from '../users.ts';
import { startDemoEchoApp } from './demo-echo-app.ts';
import { startDemoHttpApp } from './demo-http-app.ts';
import type { DemoServer } from './demo-server.ts';

const role = { name: 'developer', logins: ['dev'], serverLabels: {}, appLabels: { env: ['test'] } };
const labels = { env: 'test' };

describe.each<Pose>(['v11', 'v15', 'v18'])('applications behind a cluster that poses as %s', (pose) => {
  const user = makeUser('alice', ['developer']);
  const other = makeUser('bob', ['developer']);
  let web: DemoServer;
  let echo: DemoServer;
  let second: DemoServer;
  let cluster: Cluster;
  let client: TunnelClient;

  beforeAll(async () => {
    [web, echo, second] = await Promise.all([startDemoHttpApp(), startDemoEchoApp(), startDemoHttpApp()]);
    const httpUri = `http://127.0.0.1:${web.port}`;
    cluster = await createCluster({
      name: 'apps.porthole',
      pose,
      users: [user, other],
      roles: [role],
      apps: [
        { name: 'web', uri: httpUri, labels },
        { name: 'echo', uri: `tcp://127.0.0.1:${echo.port}`, labels },
        { name: 'half', uri: `tcp://127.0.0.1:${echo.port}`, labels },
        {
          name: 'multi',
          uri: 'tcp://127.0.0.1',
          labels,
          tcpPorts: [{ port: echo.port }, { port: second.port, endPort: second.port }],
        },
        { name: 'hidden', uri: httpUri, labels: { env: 'prod' } },
        { name: 'down', uri: 'http://127.0.0.1:1', labels },
        { name: 'tcp-down', uri: 'tcp://127.0.0.1:1', labels },
      ],
    });
    client = await TunnelClient.signIn(cluster, user);
  });
  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
    await Promise.all([web, echo, second].map((server) => server?.stop()));
  });

  const httpPort = async (name: string) => client.listen(['http/1.1'], await client.appKeys(name));
  const curl = (...args: string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      execFile('curl', ['-sS', '-i', '--max-time', '20', ...args], (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out: out + err });
      });
    });

  it('give curl what the app says, with the cluster’s own headers', async () => {
    const port = await httpPort('web');
    const forged = ['-H', 'X-Forwarded-For: 9.9.9.9', '-H', 'Teleport-Jwt-Assertion: forged'];
    const cookies = ['-H', 'Cookie: __Host-grv_app_session=abc; other=1'];
    const { out } = await curl(...forged, ...cookies, '-d', 'hello', `http://127.0.0.1:${port}/echo?x=1`);
    expect(out).toMatch(/^HTTP\/1\.1 200 OK/);
    const got = JSON.parse(out.slice(out.indexOf('{'))) as { headers: string[]; body: string; url: string };
    const header = (name: string) =>
      got.headers[got.headers.findIndex((word) => word.toLowerCase() === name) + 1] ?? '';
    expect(got).toMatchObject({ body: 'hello', url: '/echo?x=1' });
    expect(header('host')).toBe(`127.0.0.1:${web.port}`);
    expect(header('x-forwarded-host')).toBe(`127.0.0.1:${port}`);
    expect(header('x-forwarded-for')).toBe('127.0.0.1');
    expect(header('cookie')).toBe('other=1');
    await expectToken(header('teleport-jwt-assertion'));
  });

  async function expectToken(token: string) {
    const keys = await curl('--insecure', `https://127.0.0.1:${cluster.port}/.well-known/jwks.json`);
    const [jwk] = (JSON.parse(keys.out.slice(keys.out.indexOf('{'))) as { keys: Record<string, string>[] })
      .keys;
    const [head = '', claims = '', signature = ''] = token.split('.');
    const key = createPublicKey({ key: jwk ?? {}, format: 'jwk' });
    const isGenuine = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    expect(isGenuine).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      sub: 'alice',
      roles: ['developer'],
      iss: 'apps.porthole',
    });
  }

  it('pass cookies, redirects, streams and large uploads', async () => {
    const base = `http://127.0.0.1:${await httpPort('web')}`;
    expect((await curl(`${base}/cookie?a=1`)).out).toMatch(/set-cookie: a=1; Path=\//i);
    expect((await curl(`${base}/redirect?to=/echo`)).out).toMatch(/302[\s\S]*location: \/echo/i);
    expect((await curl(`${base}/stream?count=3&ms=1`)).out).toMatch(/1\n2\n3\n$/);
    const file = join(tmpdir(), `porthole-upload-${pose}`);
    writeFileSync(file, 'x'.repeat(900_000));
    const { out } = await curl('--data-binary', `@${file}`, `${base}/echo`);
    rmSync(file);
    expect(out.length).toBeGreaterThan(900_000);
  });

  it('echo through a WebSocket', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${await httpPort('web')}/ws`);
    await once(socket, 'open');
    socket.send('over the tunnel');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe('over the tunnel');
    socket.close();
    await once(socket, 'close');
  });

  const bytesBack = async (socket: Socket, text: string) => {
    socket.write(text);
    let got = '';
    while (got.length < text.length) got += String((await once(socket, 'data'))[0]);
    return got;
  };
  const plainDial = async (keys: TunnelKeys) => client.dial([tcpAppAlpn], keys);

  it('carry TCP, with ping framing where both sides know it', async () => {
    const keys = await client.appKeys('echo');
    expect(await bytesBack(await plainDial(keys), 'hello')).toBe('hello');
    const framed = await client.dial(withPing(tcpAppAlpn), keys);
    expect(framed.alpnProtocol).toBe(pose === 'v11' ? 'teleport-tcp' : 'teleport-tcp-ping');
    framed.destroy();
  });

  it.runIf(pose === 'v18')('carry the port of an app with several', async () => {
    const refused = async (keys: TunnelKeys) => once(await plainDial(keys), 'close');
    expect(await bytesBack(await plainDial(await client.appKeys('multi')), 'first')).toBe('first');
    const http = await plainDial(await client.appKeys('multi', second.port));
    expect(await bytesBack(http, 'GET /slow?ms=0 HTTP/1.0\r\n\r\n')).toContain('HTTP/1.1 200');
    await refused(await client.appKeys('multi', 9));
    await refused(await client.appKeys('echo', 9));
  });

  it('drop the whole connection when the client ends its side', async () => {
    const open = () => cluster.core.tunnels.count('app', 'half');
    const socket = await plainDial(await client.appKeys('half'));
    // A reset is an end, too.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    expect(await bytesBack(socket, 'before')).toBe('before');
    expect(open()).toBe(1);
    socket.resume();
    socket.end();
    await closed;
    await expect.poll(open).toBe(0);
  });

  it.each([
    ['labels that no role allows', 'hidden', /^HTTP\/1\.1 404 Not Found[\s\S]*Not Found\n$/],
    ['an app whose server is down', 'down', /^HTTP\/1\.1 500 Internal Server Error/],
    ['a TCP app asked for HTTP', 'echo', /^HTTP\/1\.1 500 Internal Server Error/],
    ['an unknown app', 'nowhere', pose === 'v18' ? /^HTTP\/1\.1 403 Forbidden/ : /^HTTP\/1\.1 302 Found/],
  ])('refuse %s in words', async (_what, name, words) => {
    expect((await curl(`http://127.0.0.1:${await httpPort(name)}/`)).out).toMatch(words);
  });

  it.each(['hidden', 'tcp-down', 'nowhere'])('refuse bytes to %s by a bare close', async (name) => {
    const socket = await plainDial(await client.appKeys(name));
    const got: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => got.push(chunk));
    await once(socket, 'close');
    expect(got).toEqual([]);
  });

  it('cut a locked user’s live tunnels and refuse new ones', async () => {
    const bob = await TunnelClient.signIn(cluster, other);
    try {
      const keys = await bob.appKeys('echo');
      const webKeys = await bob.appKeys('web');
      const live = await bob.dial([tcpAppAlpn], keys);
      expect(await bytesBack(live, 'alive')).toBe('alive');
      const closed = once(live, 'close');
      cluster.core.lock('bob', 'gone');
      await closed;
      await once(await bob.dial([tcpAppAlpn], keys), 'close');
      const { out } = await curl(`http://127.0.0.1:${await bob.listen(['http/1.1'], webKeys)}/`);
      expect(out).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    } finally {
      bob.dispose();
    }
  });

  it('leave no tunnel behind', async () => {
    client.dispose();
    await expect.poll(() => cluster.core.tunnels.count()).toBe(0);
  });
});
