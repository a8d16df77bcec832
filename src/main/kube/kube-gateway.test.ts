import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serverNameOf } from './server-name.ts';
import { authority, call, makeTarget, startGateway, startUpstream } from './testing/gateway.ts';

describe('the gateway of Kubernetes clusters', () => {
  it('forwards requests without tokens and forged origins, and keeps everything else', async () => {
    const upstream = await startUpstream((incoming) => ({
      code: 201,
      body: `${incoming.method} ${incoming.url}`,
      headers: { 'X-Kept': 'yes' },
    }));
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    const answer = await call(
      tls(),
      '/api/v1/namespaces/a%20b?x=1',
      {
        method: 'PATCH',
        headers: {
          Authorization: 'Bearer secret',
          'X-Forwarded-Host': 'evil',
          'X-Forwarded-For': '1.2.3.4',
          'Impersonate-User': 'bob',
          'Content-Type': 'application/strategic-merge-patch+json',
        },
      },
      '{"a":1}',
    );
    expect(answer).toMatchObject({ code: 201, body: 'PATCH /api/v1/namespaces/a%20b?x=1' });
    expect(answer.headers['x-kept']).toBe('yes');
    const [got] = upstream.seen;
    expect(got?.body).toBe('{"a":1}');
    expect(got?.headers).toMatchObject({ host: 'proxy.test:443', 'impersonate-user': 'bob' });
    expect(Object.keys(got?.headers ?? {})).not.toContain('authorization');
    expect(Object.keys(got?.headers ?? {}).filter((name) => name.startsWith('x-forwarded'))).toEqual([]);
    expect(failures).toEqual([]);
  });

  it('passes upgrades as raw bytes, and refusals of upgrades with their reason', async () => {
    const upstream = await startUpstream();
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    const upgrade = {
      method: 'POST',
      headers: { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', Authorization: 'x' },
    };
    const socket = await new Promise<Socket>((resolve, reject) => {
      const sent = request({ agent: false, ...tls(), path: '/exec', ...upgrade });
      sent.on('error', reject);
      sent.on('upgrade', (answer, raw, head) => {
        expect(answer.headers['x-one']).toBe('1');
        raw.unshift(head);
        resolve(raw as Socket);
      });
      sent.end();
    });
    expect(upstream.seen[0]?.headers).toMatchObject({ upgrade: 'SPDY/3.1', connection: 'Upgrade' });
    expect(upstream.seen[0]?.headers.authorization).toBeUndefined();
    const payload = Buffer.alloc(3 << 20, 'z');
    let got = 0;
    socket.on('data', (chunk: Buffer) => (got += chunk.length));
    socket.write(payload);
    while (got < payload.length + 'hello '.length) await once(socket, 'data');
    const [far] = upstream.sockets;
    socket.destroy();
    if (far && !far.destroyed) await once(far, 'close');

    const refused = await call(tls(), '/refused', upgrade);
    expect(refused).toMatchObject({ code: 403 });
    expect(refused.body).toContain('access denied');
    expect(failures[0]).toMatchObject({ code: 'access-denied', detail: '[00] access denied' });
  });

  it('serves several clusters by name, whatever their length and letters', async () => {
    const upstream = await startUpstream((incoming) => ({ body: incoming.headers.host ?? '' }));
    const names = ['eu.prod.example.com', 'x'.repeat(255), 'übér "quoted"'];
    const targets = names.map(
      (name, index) => makeTarget(() => upstream.port, { name, host: `h${index}` }).target,
    );
    const { tls, gateway } = await startGateway(...targets);
    for (const [index, name] of names.entries()) {
      expect(serverNameOf(name).split('.')[0]?.length).toBeLessThanOrEqual(63);
      expect((await call(tls(authority, name))).body).toBe(`h${index}`);
    }
    gateway.withdraw(names[0] ?? '');
    const answer = await call(tls(authority, names[0]));
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', reason: 'NotFound', code: 404 });
  });

  it('keeps connections, and survives that the far side has closed them', async () => {
    const upstream = await startUpstream();
    const { target, counts, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    for (let index = 0; index < 5; index += 1) await call(tls());
    expect(counts.dials).toBe(1);
    for (const socket of upstream.sockets) socket.destroy();
    expect((await call(tls())).code).toBe(200);
    expect(counts.dials).toBe(2);
    expect(failures).toEqual([]);
  });

  it('cuts the client when an answer is cut, so that it does not look complete', async () => {
    const upstream = await startUpstream();
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    const stream = request({ agent: false, ...tls(), path: '/stream' });
    stream.end();
    const [answer] = (await once(stream, 'response')) as [IncomingMessage];
    answer.on('data', () => undefined);
    const failed = once(answer, 'error');
    for (const socket of upstream.sockets) socket.destroy();
    await failed;
    expect(failures[0]?.code).toBe('connection-lost');
  });

  it('counts connections and bytes, and leaves none behind', async () => {
    const upstream = await startUpstream(() => ({ body: 'x'.repeat(100_000) }));
    const { target, counts } = makeTarget(() => upstream.port);
    const { tls, gateway } = await startGateway(target);
    const agent = new Agent({ keepAlive: true, ...tls() });
    await call({ ...tls(), agent });
    const silent = connect(tls().port, '127.0.0.1');
    await once(silent, 'connect');
    expect(counts.open).toBe(1);
    gateway.dispose();
    await once(silent, 'close');
    agent.destroy();
    while (counts.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(counts.toClient).toBeGreaterThan(100_000);
    expect(counts.fromClient).toBeGreaterThan(50);
    while (upstream.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
