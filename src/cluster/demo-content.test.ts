import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tcpAppAlpn, withPing } from '../main/protocol/codec/tunnel-alpn.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { type DemoCluster, demoCluster } from './demo-content.ts';
import { TunnelClient } from './testing/tunnel-client.ts';

const run = promisify(execFile);

describe('the demo cluster', () => {
  let demo: DemoCluster;
  let cluster: Cluster;
  let client: TunnelClient;

  beforeAll(async () => {
    demo = await demoCluster();
    cluster = await createCluster(demo.options);
    client = await TunnelClient.signIn(cluster, demo.users[0]);
  });
  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
    await demo?.stop();
  });

  it('has orders to ask for', async () => {
    const keys = await client.databaseKeys('orders', 'postgres', 'demo');
    const port = await client.listen(withPing('teleport-postgres'), keys);
    const question =
      'SELECT count(*), count(DISTINCT city) FROM orders JOIN customers c ON c.id = customer_id';
    const where = ['-h', '127.0.0.1', '-p', String(port), '-U', 'demo', '-d', 'orders'];
    const { stdout } = await run('psql', ['-X', '-A', '-t', ...where, '-c', question]);
    expect(stdout).toBe('200|4\n');
  }, 60_000);

  it('has a page to open', async () => {
    const port = await client.listen(['http/1.1'], await client.appKeys('request-mirror'));
    const { stdout } = await run('curl', ['-sS', `http://127.0.0.1:${port}/`]);
    expect(stdout).toContain('You reached the app');
    expect(stdout).toContain('x-forwarded-host');
  });

  it('has an echo to talk to', async () => {
    const socket = await client.dial([tcpAppAlpn], await client.appKeys('echo'));
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
  });
});
