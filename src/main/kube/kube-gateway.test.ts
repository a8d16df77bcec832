import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, createServer as createHttps, request, type Server } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { KubeGateway } from './kube-gateway.ts';
import type { KubeCredential, KubeTarget } from './kube-target.ts';
import { type LocalAuthority, makeLocalAuthority } from './local-authority.ts';
import { serverNameOf } from './server-name.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const authority = await makeLocalAuthority(new Date());
const remote = await makeLocalAuthority(new Date());

type Handler = (request: IncomingMessage, body: string) => { code?: number; body?: string; headers?: object };

/** The far side: TLS with client certificates, as the kube listener of a proxy has it. */
async function startUpstream(handler: Handler = () => ({ body: 'ok' })) {
  const seen: { headers: IncomingMessage['headers']; url: string; method: string; body: string }[] = [];
  const sockets = new Set<TLSSocket>();
  const server: Server = createHttps(
    {
      key: remote.serverKey,
      cert: remote.serverCertificate,
      ca: remote.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (incoming, response) => {
      let body = '';
      incoming.on('data', (chunk) => (body += chunk));
      incoming.on('end', () => {
        seen.push({
          headers: incoming.headers,
          url: incoming.url ?? '',
          method: incoming.method ?? '',
          body,
        });
        if (incoming.url === '/stream') {
          response.writeHead(200);
          response.flushHeaders();
          return;
        }
        const answer = handler(incoming, body);
        response.writeHead(answer.code ?? 200, { ...answer.headers }).end(answer.body ?? '');
      });
    },
  );
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    seen.push({
      headers: incoming.headers,
      url: incoming.url ?? '',
      method: incoming.method ?? '',
      body: '',
    });
    if (incoming.url === '/refused') {
      const body = '{"kind":"Status","message":"[00] access denied","code":403}';
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-One: 1\r\n\r\nhello ',
    );
    socket.write(head);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, seen, sockets, port: (server.address() as AddressInfo).port };
}

function makeTarget(port: () => number, more: Partial<KubeTarget> = {}) {
  const failures: AppError[] = [];
  const counts = { open: 0, fromClient: 0, toClient: 0, dials: 0 };
  const credential: KubeCredential = {
    key: createPrivateKey(remote.clientKey),
    certificate: remote.clientCertificate,
    validUntil: new Date(Date.now() + 3_600_000),
  };
  const target: KubeTarget = {
    name: 'prod',
    host: 'proxy.test:443',
    credential: async () => credential,
    dial: async (given) => {
      counts.dials += 1;
      const socket = connectTls({
        host: '127.0.0.1',
        port: port(),
        servername: 'localhost',
        ca: remote.certificate,
        key: given.key.export({ type: 'pkcs8', format: 'pem' }),
        cert: given.certificate,
        ALPNProtocols: ['http/1.1'],
      });
      await once(socket, 'secureConnect');
      return socket;
    },
    onFailure: (error) => failures.push(error),
    traffic: {
      opened: () => (counts.open += 1),
      closed: () => (counts.open -= 1),
      fromClient: (bytes) => (counts.fromClient += bytes),
      toClient: (bytes) => (counts.toClient += bytes),
    },
    ...more,
  };
  return { target, failures, counts, credential };
}

async function startGateway(...targets: KubeTarget[]) {
  const gateway = new KubeGateway(authority);
  for (const target of targets) gateway.serve(target);
  // As listeners of tunnels are made.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    gateway.accept(socket),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    gateway.dispose();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const tls = (client: LocalAuthority = authority, name = 'prod') => ({
    host: '127.0.0.1',
    port,
    servername: serverNameOf(name),
    ca: authority.certificate,
    key: client.clientKey,
    cert: client.clientCertificate,
  });
  return { gateway, port, tls };
}

function call(options: object, path = '/', more: object = {}, body?: string) {
  return new Promise<{ code: number; body: string; headers: IncomingMessage['headers'] }>(
    (resolve, reject) => {
      const sent = request({ agent: false, ...options, path, ...more }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () =>
          resolve({ code: answer.statusCode ?? 0, body: text, headers: answer.headers }),
        );
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    },
  );
}

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

  it('lets nobody in without a certificate of its own authority', async () => {
    const upstream = await startUpstream();
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls, port } = await startGateway(target);
    await expect(call(tls(remote))).rejects.toThrow();
    await expect(call({ ...tls(), key: undefined, cert: undefined })).rejects.toThrow();
    await expect(
      new Promise((resolve, reject) => {
        plainRequest({ host: '127.0.0.1', port }, resolve).on('error', reject).end();
      }),
    ).rejects.toThrow();
    expect(upstream.seen).toEqual([]);
    // A client that does without TLS sees a close only; the person is told.
    await expect.poll(() => failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      code: 'protocol-unsupported',
      message: expect.stringContaining('without TLS'),
    });
  });

  it('answers a Timeout when the person has to act first, and goes through afterwards', async () => {
    const upstream = await startUpstream();
    let answer: ((credential: KubeCredential) => void) | undefined;
    let asked = 0;
    const waiting = new Promise<KubeCredential>((resolve) => (answer = resolve));
    const made = makeTarget(() => upstream.port, {
      credential: () => {
        asked += 1;
        return waiting;
      },
    });
    const { tls } = await startGateway(made.target);
    const results = await Promise.all([call(tls()), call(tls())]);
    for (const result of results) {
      expect(result.code).toBe(504);
      expect(JSON.parse(result.body)).toMatchObject({ kind: 'Status', reason: 'Timeout' });
      expect(result.body).toContain("Answer the question in Porthole's window");
    }
    expect(made.failures).toEqual([]);
    answer?.(made.credential);
    expect((await call(tls())).code).toBe(200);
    // All of them wait for one attempt.
    expect(asked).toBe(2);
  });

  it('tells why the certificate cannot be had', async () => {
    const { target, failures } = makeTarget(() => 1, {
      credential: async () => {
        throw new AppError('session-expired', 'Your session on this cluster has expired.', {
          action: 'sign-in',
        });
      },
    });
    const { tls } = await startGateway(target);
    const answer = await call(tls());
    expect(JSON.parse(answer.body)).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect(failures.map((error) => error.code)).toEqual(['session-expired']);
  });

  it('takes a renewed certificate without touching what runs', async () => {
    const upstream = await startUpstream();
    const made = makeTarget(() => upstream.port);
    let current = made.credential;
    const used: KubeCredential[] = [];
    const dial = made.target.dial;
    const target: KubeTarget = {
      ...made.target,
      credential: async () => current,
      dial: (credential) => {
        used.push(credential);
        return dial(credential);
      },
    };
    const { tls } = await startGateway(target);
    const stream = request({ agent: false, ...tls(), path: '/stream' });
    stream.end();
    const [answer] = (await once(stream, 'response')) as [IncomingMessage];
    current = { ...current };
    await call(tls());
    expect(used).toHaveLength(2);
    expect(used[1]).toBe(current);
    expect(answer.destroyed).toBe(false);
    stream.destroy();
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

  it('shows the Status that kubectl hides, and not what kubectl shows itself', async () => {
    const upstream = await startUpstream((incoming) => {
      const code = Number(incoming.url?.slice(1));
      return { code, body: JSON.stringify({ kind: 'Status', message: `because ${code}`, code }) };
    });
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    for (const code of [404, 409, 403, 500]) expect((await call(tls(), `/${code}`)).code).toBe(code);
    expect(failures.map(({ code, detail }) => [code, detail])).toEqual([
      ['access-denied', 'because 403'],
      ['target-down', 'because 500'],
    ]);
  });

  it('gives kubectl the reason as text where it would hide a Status', async () => {
    const upstream = await startUpstream((incoming) => ({
      code: incoming.url === '/apis' ? 404 : 403,
      body: JSON.stringify({ kind: 'Status', message: '[00] access denied' }),
      headers: { 'content-type': 'application/json' },
    }));
    const { target, failures } = makeTarget(() => upstream.port);
    const { tls } = await startGateway(target);
    const headers = { 'User-Agent': 'kubectl/v1.32.4 (linux/amd64)' };
    const plain = await call(tls(), '/api?timeout=32s', { headers });
    expect(plain).toMatchObject({ code: 403, body: '[00] access denied' });
    expect(plain.headers['content-type']).toMatch(/^text\/plain/);
    for (const [path, more] of [
      ['/api', {}],
      ['/api/v1/namespaces/a/pods', { headers }],
      ['/apis', { headers }],
    ] as const)
      expect((await call(tls(), path, more)).headers['content-type']).toBe('application/json');
    expect(failures).toHaveLength(3);
    const none = makeTarget(() => 1);
    const { tls: lost } = await startGateway(none.target);
    expect(await call(lost(), '/apis/apps/v1', { headers })).toMatchObject({
      code: 502,
      body: expect.stringMatching(/^Porthole: Nothing listens at/),
    });
  });

  it('tells when nothing listens, and answers with a Status', async () => {
    const { target, failures } = makeTarget(() => 1);
    const { tls } = await startGateway(target);
    const answer = await call(tls());
    expect(JSON.parse(answer.body)).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    expect(failures[0]?.code).toBe('connection-refused');
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
