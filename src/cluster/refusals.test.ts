import { generateKeyPairSync } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { connectToNode } from '../main/protocol/client/node-session.ts';
import { openProxyConnection } from '../main/protocol/client/proxy-connection.ts';
import { openSshProxy } from '../main/protocol/client/proxy-ssh.ts';
import { issueSshCertificate, parseSshCertificate } from '../main/protocol/codec/ssh/certificate.ts';
import { account, list, startCluster } from './testing/test-cluster.ts';

describe('the cluster refuses', () => {
  it('an expired certificate, everywhere', async () => {
    let now = new Date();
    const { cluster, address, signIn } = await startCluster({ now: () => now });
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
    const one = await startCluster();
    const other = await startCluster();
    const identity = { ...(await one.signIn()), authorities: (await other.signIn()).authorities };
    await expect(list(other.address, identity)).rejects.toMatchObject({
      code: expect.stringMatching(/connection-lost|access-denied/),
    });
    await expect(openSshProxy({ address: other.address, identity })).rejects.toMatchObject({
      code: 'login-refused',
    });
  });

  it('a certificate that its own user signed', async () => {
    const { address, signIn } = await startCluster();
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
    const { cluster, address, signIn } = await startCluster({
      roles: [{ name: 'developer', logins: [account], serverLabels: { env: ['prod'] } }],
    });
    const identity = await signIn();
    expect((await list(address, identity)).items).toEqual([]);
    const proxy = await openProxyConnection({ address, identity });
    await expect(
      proxy.dialNode({ id: cluster.localNodeId ?? '', clusterName: 'test.porthole' }),
    ).rejects.toMatchObject({ code: 'resource-gone' });
    proxy.dispose();
    const second = await startCluster();
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
    const { cluster, address, signIn } = await startCluster({
      roles: [{ ...role, requireSessionMfa: true }],
    });
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
    const { address, signIn } = await startCluster();
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
    const { cluster } = await startCluster();
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
