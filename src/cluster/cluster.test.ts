import { describe, expect, it } from 'vitest';
import { connectToNode } from '../main/protocol/client/node-session.ts';
import { openProxyConnection } from '../main/protocol/client/proxy-connection.ts';
import { account, list, startCluster } from './testing/test-cluster.ts';

describe.each(['v11', 'v15', 'v18'] as const)('a cluster that poses as %s', (pose) => {
  it('is signed in to, lists, and opens a shell', async () => {
    const { cluster, address, ping, signIn } = await startCluster({ pose });
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
    const { cluster, address, ping, signIn } = await startCluster({ pose: 'v11', tlsRouting: false });
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
