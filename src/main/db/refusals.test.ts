import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StartedApp, startTunnelApp, startTunnelCluster } from '../testing/tunnel-app.ts';

const protocols = ['postgres', 'mysql', 'redis'] as const;
const ports = new Map<string, number>();
let app: StartedApp;

/** Tunnels that are ready, to a cluster that is gone. */
beforeAll(async () => {
  const started = await startTunnelCluster({
    databases: protocols.map((protocol) => ({
      name: protocol,
      protocol,
      labels: {},
      target: { kind: 'server' as const, host: '127.0.0.1', port: 1 },
    })),
  });
  app = await startTunnelApp(started);
  for (const protocol of protocols) {
    const resourceUri = app.uri('database', protocol);
    ports.set(protocol, (await app.openReady({ kind: 'database', resourceUri, databaseUser: 'lab' })).port);
  }
  await started.cluster.stop();
});
afterAll(() => app.app.dispose());

function output(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 30_000 }, (_error, out, err) => resolve(out + err));
  });
}

const words = /Porthole: Nothing listens at /;

it.each(['disable', 'prefer', 'allow'])(
  'psql shows why it gets no connection, with sslmode=%s',
  async (mode) => {
    const address = `postgres://lab@127.0.0.1:${ports.get('postgres')}/lab?sslmode=${mode}`;
    expect(await output('psql', '-X', address, '-c', 'select 1')).toMatch(words);
  },
);

it('the MariaDB client shows why it gets no connection', async () => {
  const port = `--port=${ports.get('mysql')}`;
  expect(
    await output('mariadb', '--host=127.0.0.1', port, '--user=lab', '--skip-ssl', '-e', 'select 1'),
  ).toMatch(words);
});

it('redis-cli shows why it gets no connection', async () => {
  expect(await output('redis-cli', '-p', String(ports.get('redis')), 'PING')).toMatch(words);
});
