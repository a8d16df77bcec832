import { generateKeyPairSync } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { AuthApi, type ListQuery } from '../main/protocol/client/auth-api.ts';
import { openAuthConnection } from '../main/protocol/client/auth-connection.ts';
import { signInWithPassword } from '../main/protocol/client/login.ts';
import { connectToNode } from '../main/protocol/client/node-session.ts';
import { openProxyConnection } from '../main/protocol/client/proxy-connection.ts';
import { openSshProxy } from '../main/protocol/client/proxy-ssh.ts';
import { findProxy, WebApi } from '../main/protocol/client/web-api.ts';
import type { AccountIdentity } from '../main/protocol/codec/identity.ts';
import { issueSshCertificate } from '../main/protocol/codec/ssh/certificate.ts';
import { parseSshCertificate } from '../main/protocol/codec/ssh/certificate.ts';
import { type Cluster, type CreateClusterOptions, createCluster } from './cluster.ts';
import type { ClusterResource } from './inventory.ts';
import { makeUser } from './users.ts';

const account = userInfo().username;
const clusters: Cluster[] = [];
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
});

async function start(options: Partial<CreateClusterOptions> = {}) {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [{ name: 'developer', logins: [account, 'other'], serverLabels: { env: ['test'] } }],
    localNode: { hostname: 'workbench', labels: { env: 'test' } },
    ...options,
  });
  clusters.push(cluster);
  const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
  const { address, ping } = await findProxy(cluster.address, trust);
  const web = new WebApi({ address, trust });
  const signIn = (password = user.password, oneTimeCode = cluster.core.users.currentCode('alice')) =>
    signInWithPassword(web, ping, { userName: 'alice', password, oneTimeCode });
  return { cluster, address, ping, web, signIn };
}

const query: ListQuery = {
  kinds: [],
  keywords: [],
  labels: {},
  predicate: '',
  sort: { field: 'name', descending: false },
  limit: 100,
};

async function list(
  address: { host: string; port: number },
  identity: AccountIdentity,
  change: Partial<ListQuery> = {},
) {
  const connection = await openAuthConnection({ address, identity });
  try {
    return await new AuthApi(connection.transport).list({ ...query, ...change });
  } finally {
    connection.dispose();
  }
}

describe.each(['v11', 'v15', 'v18'] as const)('a cluster that poses as %s', (pose) => {
  it('is signed in to, lists, and opens a shell', async () => {
    const { cluster, address, ping, signIn } = await start({ pose });
    expect(ping.serverVersion.startsWith(pose.slice(1))).toBe(true);
    const identity = await signIn();
    expect(identity.sshKey.equals(identity.tlsKey)).toBe(pose !== 'v18');
    const page = await list(address, identity);
    expect(page.items.map((item) => item.name)).toEqual(['workbench']);
    const proxy = await openProxyConnection({ address, identity });
    expect(proxy.link.transport).toBe(pose === 'v11' ? 'SSH' : 'gRPC');
    const node = await connectToNode({
      proxy,
      identity,
      nodeId: cluster.localNodeId ?? '',
      nodeName: 'workbench',
      login: account,
    });
    const channel = await node.exec('echo posed; exit 4');
    let text = '';
    channel.onData((chunk) => {
      text += chunk.toString();
    });
    channel.resume();
    expect(await channel.ended).toEqual({ kind: 'exited', code: 4 });
    expect(text).toBe('posed\n');
    proxy.dispose();
  });
});

describe('a cluster without TLS routing', () => {
  it('is reached through the plain SSH port of its proxy', async () => {
    const { cluster, address, ping, signIn } = await start({ pose: 'v11', tlsRouting: false });
    expect(ping.tlsRouting).toBe(false);
    expect(ping.sshPublicAddress).toBe(`localhost:${cluster.core.sshPort()}`);
    const identity = await signIn();
    const sshAddress = { host: 'localhost', port: cluster.core.sshPort() };
    const proxy = await openProxyConnection({ address, identity, sshAddress });
    expect(proxy.link.transport).toBe('SSH');
    const node = await connectToNode({
      proxy,
      identity,
      nodeId: cluster.localNodeId ?? '',
      nodeName: 'workbench',
      login: account,
    });
    const channel = await node.exec('exit 6');
    channel.resume();
    expect(await channel.ended).toEqual({ kind: 'exited', code: 6 });
    proxy.dispose();
  });
});

describe('a login', () => {
  it('is refused with a wrong password, a wrong code, and a code that was used', async () => {
    const { cluster, signIn } = await start();
    await expect(signIn('wrong')).rejects.toMatchObject({ code: 'credentials-wrong' });
    await expect(signIn(undefined, '000000')).rejects.toMatchObject({ code: 'code-wrong' });
    await expect(signIn(undefined, '')).rejects.toMatchObject({ code: 'code-required' });
    const code = cluster.core.users.currentCode('alice');
    await signIn(undefined, code);
    await expect(signIn(undefined, code)).rejects.toMatchObject({ code: 'code-wrong' });
  });

  it('is blocked after five wrong attempts', async () => {
    const { web, ping, signIn } = await start();
    for (let i = 0; i < 5; i += 1) await expect(signIn(undefined, '000000')).rejects.toBeDefined();
    await expect(signIn()).rejects.toMatchObject({ code: 'credentials-wrong' });
    expect(ping.serverVersion).toBe('18.0.0');
    const keys = { sshPublicKey: 'x', tlsPublicKey: 'x', single: false };
    await expect(
      web.loginFinish({ userName: 'alice', password: 'x', oneTimeCode: '1', keys, ttlMs: 1 }),
    ).rejects.toMatchObject({ code: 'too-many-attempts' });
  });

  it('is throttled', async () => {
    const { web } = await start();
    const all = await Promise.allSettled(Array.from({ length: 45 }, () => web.loginBegin('nobody', 'x')));
    expect(
      all.some(
        (one) => one.status === 'rejected' && (one.reason as { code: string }).code === 'rate-limited',
      ),
    ).toBe(true);
  });

  it('of a locked user tells the message of the lock', async () => {
    const { cluster, signIn } = await start();
    cluster.core.lock('alice', 'see security');
    await expect(signIn()).rejects.toMatchObject({
      code: 'user-locked',
      reason: expect.stringContaining('see security'),
    });
  });
});

describe('the cluster refuses', () => {
  it('an expired certificate, everywhere', async () => {
    let now = new Date();
    const { cluster, address, signIn } = await start({ now: () => now });
    const identity = await signIn();
    now = new Date(now.getTime() + 13 * 3_600_000);
    await expect(list(address, identity)).rejects.toMatchObject({ code: 'session-expired' });
    const proxy = await openProxyConnection({ address, identity });
    await expect(
      proxy.dialNode({ id: cluster.localNodeId ?? '', clusterName: 'test.porthole' }),
    ).rejects.toMatchObject({ code: 'session-expired' });
    await expect(openSshProxy({ address, identity })).rejects.toMatchObject({ code: 'login-refused' });
    proxy.dispose();
  });

  it('a certificate of another cluster', async () => {
    const one = await start();
    const other = await start();
    const identity = { ...(await one.signIn()), authorities: (await other.signIn()).authorities };
    await expect(list(other.address, identity)).rejects.toMatchObject({
      code: expect.stringMatching(/connection-lost|access-denied/),
    });
    await expect(openSshProxy({ address: other.address, identity })).rejects.toMatchObject({
      code: 'login-refused',
    });
  });

  it('a certificate that its own user signed', async () => {
    const { address, signIn } = await start();
    const identity = await signIn();
    const forger = generateKeyPairSync('ed25519').privateKey;
    const forged = issueSshCertificate(forger, {
      publicKey: identity.sshCertificate.publicKey,
      role: 'user',
      keyId: 'alice',
      principals: ['root'],
      validAfter: 0n,
      validBefore: 0xffff_ffffn,
    });
    await expect(
      openSshProxy({ address, identity: { ...identity, sshCertificate: parseSshCertificate(forged) } }),
    ).rejects.toMatchObject({ code: 'login-refused' });
  });

  it('a login that no role gives on this server, and a server that no role shows', async () => {
    const { cluster, address, signIn } = await start({
      roles: [{ name: 'developer', logins: [account], serverLabels: { env: ['prod'] } }],
    });
    const identity = await signIn();
    expect((await list(address, identity)).items).toEqual([]);
    const proxy = await openProxyConnection({ address, identity });
    await expect(
      proxy.dialNode({ id: cluster.localNodeId ?? '', clusterName: 'test.porthole' }),
    ).rejects.toMatchObject({ code: 'resource-gone' });
    proxy.dispose();
    const second = await start();
    const other = await second.signIn();
    const way = await openProxyConnection({ address: second.address, identity: other });
    const node = {
      proxy: way,
      identity: other,
      nodeId: second.cluster.localNodeId ?? '',
      nodeName: 'workbench',
      login: 'other',
    };
    await expect(connectToNode(node)).rejects.toMatchObject({ code: 'login-refused' });
    way.dispose();
  });

  it('a shell without the second factor that its role asks for, over both ways', async () => {
    const role = { name: 'developer', logins: [account], serverLabels: { '*': ['*'] } };
    const { cluster, address, signIn } = await start({ roles: [{ ...role, requireSessionMfa: true }] });
    const identity = await signIn();
    for (const proxy of [
      await openProxyConnection({ address, identity }),
      await openSshProxy({ address, identity }),
    ]) {
      const nodeId = cluster.localNodeId ?? '';
      await expect(
        connectToNode({ proxy, identity, nodeId, nodeName: 'workbench', login: account }),
      ).rejects.toMatchObject({ code: 'login-refused' });
      proxy.dispose();
    }
  });

  it('unknown nodes and clusters, over both ways, with the same code', async () => {
    const { address, signIn } = await start();
    const identity = await signIn();
    for (const proxy of [
      await openProxyConnection({ address, identity }),
      await openSshProxy({ address, identity }),
    ]) {
      await expect(
        proxy.dialNode({ id: '00000000-0000-4000-8000-00000000dead', clusterName: 'test.porthole' }),
      ).rejects.toMatchObject({ code: 'resource-gone' });
      await expect(
        proxy.dialNode({ id: '00000000-0000-4000-8000-00000000dead', clusterName: 'nowhere' }),
      ).rejects.toMatchObject({ code: 'resource-gone' });
      proxy.dispose();
    }
  });

  it('bytes that are no TLS, unknown protocols, and connections from outside 127.0.0.1', async () => {
    const { cluster } = await start();
    const closed = (write: (socket: Socket) => void) =>
      new Promise<void>((resolve) => {
        const socket = connectTcp(cluster.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.once('close', () => resolve());
        socket.once('connect', () => write(socket));
      });
    await closed((socket) => socket.write('GET / HTTP/1.1\r\n\r\n'));
    await closed((socket) => socket.write(Buffer.from([22, 3, 1, 0, 5, 2, 0, 0, 1, 0])));
    await expect(
      new Promise((_resolve, reject) =>
        connectTls({
          port: cluster.port,
          host: '127.0.0.1',
          ALPNProtocols: ['teleport-auth@00.teleport.cluster.local'],
          rejectUnauthorized: false,
        }).once('error', reject),
      ),
    ).rejects.toBeDefined();
    await expect(
      new Promise((_resolve, reject) => connectTcp(cluster.port, '127.0.0.2').once('error', reject)),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('100,000 servers', () => {
  it('are paged without gaps or repetitions, searched and sorted', async () => {
    const servers: ClusterResource[] = Array.from({ length: 100_000 }, (_, index) => ({
      kind: 'node',
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `host-${index % 50_000}`,
      address: '127.0.0.1:2',
      labels: { env: 'test', rack: String(index % 100) },
    }));
    const { address, signIn } = await start({ resources: servers });
    const identity = await signIn();
    const connection = await openAuthConnection({ address, identity });
    const api = new AuthApi(connection.transport);
    const seen = new Set<string>();
    let startKey: string | undefined;
    do {
      const page = await api.list({ ...query, limit: 1_000, startKey });
      for (const item of page.items) seen.add(item.id);
      startKey = page.nextKey;
    } while (startKey !== undefined);
    expect(seen.size).toBe(100_001);
    expect(
      (await api.list({ ...query, keywords: ['host-4999'], labels: { rack: '99' } })).items.length,
    ).toBeGreaterThan(0);
    expect((await api.list({ ...query, predicate: 'name == "host-7"' })).items).toHaveLength(2);
    expect((await api.list({ ...query, sort: { field: 'name', descending: true } })).items[0]?.name).toBe(
      'workbench',
    );
    connection.dispose();
  });
});
