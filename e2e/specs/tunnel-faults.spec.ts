import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect as openSocket } from 'node:net';
import { startPostgres } from '../../src/cluster/testing/database-servers.ts';
import type { Porthole } from '../pages/porthole.ts';
import { runLine } from '../support/programs.ts';
import { startTunnelCluster } from '../support/tunnel-cluster.ts';
import { expect, test } from '../support/tunnel-test.ts';

async function openDatabase({ list, connect, tunnel }: Porthole, name: string) {
  await list.connect(name);
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady(name);
  const port = await tunnel.port();
  const psql = (statement: string) =>
    runLine(
      `psql "host=127.0.0.1 port=${port} user=reader dbname=postgres sslmode=disable" -c "${statement}"`,
    );
  return { port, psql };
}

test('a proxy that is killed in a query is told, and the next query goes through when it is back', async ({
  porthole,
}) => {
  const postgres = await startPostgres({ sql: 'CREATE ROLE reader LOGIN;' });
  const target = { kind: 'server' as const, host: postgres.host, port: postgres.port };
  const cluster = await startTunnelCluster(
    {},
    { databases: [{ name: 'ledger', protocol: 'postgres', labels: { env: 'test' }, target }] },
  );
  const { tunnel } = porthole;
  try {
    await porthole.signIn.complete(cluster);
    const { psql } = await openDatabase(porthole, 'ledger');
    const running = psql('SELECT pg_sleep(30)');
    await expect(tunnel.region).toContainText('1 connection');
    await expect(tunnel.region).toContainText(/Sent, received\s*[1-9]/);
    await cluster.suspend();
    const cut = await running;
    expect(cut.code).not.toBe(0);
    expect(cut.output).toContain('server closed the connection');
    await expect(tunnel.region).toContainText('no connections');
    await expect(tunnel.lastError).toContainText('A connection to the database ledger was cut.');
    expect((await psql('SELECT 1')).code).not.toBe(0);
    await expect(tunnel.lastError).toContainText('Nothing listens');
    await cluster.resume();
    expect((await psql('SELECT 42 AS answer')).output).toContain('42');
  } finally {
    await cluster.stop();
    await postgres.stop();
  }
});

test('a proxy that is killed in kubectl logs -f ends it, and the next kubectl goes through', async ({
  withTunnels,
  tunnelCluster,
}) => {
  const { list, tunnel } = withTunnels;
  await list.connect('prod-eu');
  await tunnel.expectReady('prod-eu');
  const [kubectl = ''] = (await tunnel.copied('Copy command')).split(' get pods');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'ticker', namespace: 'shop' },
    spec: {
      containers: [
        { name: 'main', image: 'shell', command: ['sh', '-c', 'while :; do echo tick; sleep 0.2; done'] },
      ],
    },
  };
  expect((await runLine(`echo '${JSON.stringify(pod)}' | ${kubectl} apply -f -`)).output).toContain(
    'created',
  );
  const follow = spawn('sh', ['-c', `exec ${kubectl} -n shop logs -f ticker --pod-running-timeout=20s`]);
  let ticks = '';
  follow.stdout.on('data', (chunk: Buffer) => {
    ticks += chunk.toString();
  });
  const ended = once(follow, 'close');
  await expect.poll(() => ticks, { timeout: 20_000 }).toMatch(/tick\n.*tick/s);
  await tunnelCluster.suspend();
  const [code] = (await ended) as [number];
  expect(code).not.toBe(0);
  await expect(tunnel.lastError).toContainText(/connection .*(lost|cut)/);
  await tunnelCluster.resume();
  expect((await runLine(`${kubectl} -n shop get pods`)).output).toContain('ticker');
});

test('wrong clients leave the tunnel as it is: TLS to the plain port, plain to the TLS port, silence, half-closed ends', async ({
  withTunnels,
  app,
}) => {
  const { list, connect, tunnel } = withTunnels;
  const { port, psql } = await openDatabase(withTunnels, 'shop');
  const descriptors = () => readdirSync(`/proc/${app.pid}/fd`).length;
  const before = descriptors();
  const tls = await runLine(
    `psql "host=127.0.0.1 port=${port} user=reader dbname=postgres sslmode=require" -c "SELECT 1"`,
  );
  expect(tls.output).toContain('does not support SSL');
  await expect(tunnel.lastError).toContainText('TLS');
  const silent = openSocket(port, '127.0.0.1');
  await expect(tunnel.region).toContainText('1 connection');
  expect((await psql('SELECT 42 AS answer')).output).toContain('42');
  silent.end();
  await once(silent, 'close');
  await expect(tunnel.region).toContainText('no connections');

  await withTunnels.tab('Resources').click();
  await list.connect('shout');
  await connect.ports.getByRole('menuitem').first().click();
  await tunnel.expectReady('shout');
  // Says its last word together with its end; the answer comes all the same.
  const half = openSocket({ port: await tunnel.port(), host: '127.0.0.1', allowHalfOpen: true });
  half.end('last words');
  const [answer] = (await once(half, 'data')) as [Buffer];
  expect(answer.toString()).toBe('LAST WORDS');
  await once(half, 'close');

  await withTunnels.tab('Resources').click();
  await list.connect('prod-eu');
  await tunnel.expectReady('prod-eu');
  const kubePort = await tunnel.port();
  await runLine(`curl -sS http://127.0.0.1:${kubePort}/api`);
  await expect(tunnel.lastError).toContainText('without TLS');
  const stranger = await runLine(`curl -sSk https://127.0.0.1:${kubePort}/api`);
  expect(stranger.code).not.toBe(0);
  expect((await psql('SELECT 43 AS answer')).output).toContain('43');
  // What listens now, and the connection to the proxy's API; not one for each client that came and went.
  await expect.poll(descriptors).toBeLessThan(before + 16);
});
