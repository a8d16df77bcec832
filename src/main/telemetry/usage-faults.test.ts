import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { issueTls, makeTlsAuthority } from '../../cluster/authorities.ts';
import { setDialRoute } from '../protocol/net/http-proxy.ts';
import { login, quick, startUsageWorld, type UsageWorldOptions } from '../testing/usage-world.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function setUp(options: UsageWorldOptions = {}) {
  const world = await startUsageWorld(options);
  cleanUps.push(world.stop);
  return world;
}

/** A certificate for a name, and the authority that signed it. */
async function makeCertificate(name: string) {
  const authority = await makeTlsAuthority('collectors', 'modern', new Date());
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = await issueTls(authority, {
    publicKey,
    subject: [{ CN: [name] }],
    dnsNames: [name],
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { tls: { key, cert }, ca: authority.pem };
}

describe('a collector in trouble', () => {
  const faults: Record<string, (response: ServerResponse) => void> = {
    'answers 500': (response) => response.writeHead(500).end('<html>oops</html>'),
    'answers 503': (response) => response.writeHead(503).end('{"code":"unavailable","message":"x"}'),
    'answers garbage': (response) => response.writeHead(200).end('\u0000garbage'),
    'is not HTTP': (response) => response.socket?.end('\u0001\u0002\u0003'),
    redirects: (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
    'hangs up': (response) => response.socket?.destroy(),
    'never answers': () => undefined,
  };
  it.each(Object.keys(faults))('that %s gets the event again later, and shows nothing', async (name) => {
    const { collector, service, info } = await setUp({ client: { deadlineMs: 500 } });
    collector.setFault(faults[name]);
    service.answer('allow');
    service.report(login);
    await expect.poll(() => info().lastFailure).toBeDefined();
    collector.setFault(undefined);
    await expect.poll(() => collector.received.length).toBe(1);
    await expect.poll(() => info().counts).toEqual({ queued: 0, sent: 1, dropped: 0 });
  });

  it('that redirects is not followed', async () => {
    const elsewhere = await setUp();
    const { collector, service, info } = await setUp();
    collector.setFault((response) =>
      response.writeHead(307, { Location: `${elsewhere.collector.address}/` }).end(),
    );
    service.answer('allow');
    service.report(login);
    await expect.poll(() => info().counts.dropped).toBe(1);
    expect(collector.connections).toBe(quick.attempts);
    expect(elsewhere.collector.connections).toBe(0);
  });

  it('that stays down costs a bounded queue', async () => {
    const { collector, service, info } = await setUp({ limits: { ...quick, dueCount: 15, attempts: 2 } });
    await collector.stop();
    cleanUps.pop();
    cleanUps.push(() => service.dispose());
    service.answer('allow');
    for (let i = 0; i < 61; i += 1) service.report({ kind: 'user_job_role_update', jobRole: 'Other' });
    expect(info().counts).toMatchObject({ dropped: 1, queued: 60 });
    await expect.poll(() => info().counts.queued).toBeLessThan(60);
    expect(info().lastFailure?.reason).toContain('connection-refused');
  });

  it('with a certificate of nobody knows whom, or of another name, gets nothing', async () => {
    const { tls, ca } = await makeCertificate('collector.example');
    for (const client of [{}, { trust: { kind: 'ca', pem: ca } as const }]) {
      const { collector, service, info } = await setUp({ collectorOptions: { tls }, client });
      service.answer('allow');
      service.report(login);
      await expect.poll(() => info().counts.dropped).toBe(1);
      expect(info().lastFailure?.reason).toContain('tls-untrusted');
      expect(collector.received).toEqual([]);
    }
  });

  it('that hangs when it is turned off is let go of at once', async () => {
    const { collector, service, info } = await setUp();
    const asked = new Promise<Socket>((resolve) => {
      collector.setFault((response) => resolve(response.socket as Socket));
    });
    service.answer('allow');
    service.report(login);
    const socket = await asked;
    const closed = once(socket, 'close');
    expect(service.setAllowed(false)).toBe(1);
    await closed;
    expect(collector.connections).toBe(1);
    expect(info().counts).toEqual({ queued: 0, sent: 0, dropped: 0 });
  });
});

describe('without a network', () => {
  it('nothing is tried and nothing is lost; it goes on with the network, also at the end', async () => {
    let isOnline = false;
    const { collector, service, info } = await setUp({ isOnline: () => isOnline });
    service.answer('allow');
    service.report(login);
    service.report(login);
    await expect.poll(() => info().recent.filter((event) => event.status === 'queued').length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(collector.connections).toBe(0);
    expect(info().lastFailure).toBeUndefined();
    isOnline = true;
    await expect.poll(() => info().counts).toEqual({ queued: 0, sent: 2, dropped: 0 });
    isOnline = false;
    service.report(login);
    await expect.poll(() => info().counts.queued).toBe(1);
    const before = collector.connections;
    await service.dispose();
    expect(collector.connections).toBe(before);
  });
});

describe('through the HTTP proxy', () => {
  it('events reach the collector by its name, and without the proxy they do not', async () => {
    const name = 'collector.invalid';
    const { tls, ca } = await makeCertificate(name);
    const { collector, service, info } = await setUp({
      collectorOptions: { tls },
      client: { trust: { kind: 'ca', pem: ca } },
      sendTo: `https://${name}`,
    });
    const asked: string[] = [];
    const proxy = createHttpServer().on('connect', (request, socket: Socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      const target = connect(Number(new URL(collector.address).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      for (const end of [socket, target]) end.on('error', () => end.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    cleanUps.push(() => void proxy.close());
    service.answer('allow');
    service.report(login);
    await expect.poll(() => info().counts.dropped).toBe(1);
    expect(asked).toEqual([]);
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    cleanUps.push(setDialRoute(() => ({ url, user: 'user', password: 'pass' })));
    service.report(login);
    await expect.poll(() => collector.received.length).toBe(1);
    expect(asked).toEqual([`${name}:443 Basic ${Buffer.from('user:pass').toString('base64')}`]);
    expect(collector.received[0]?.raw.toString('latin1')).not.toContain('Basic');
  });
});
