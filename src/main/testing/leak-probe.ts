import { setTimeout as wait } from 'node:timers/promises';
import { createApp } from '../app/create-app.ts';
import { makeHost } from './host.ts';
import { openPage, openTerminal } from './page.ts';

/** Run as a program of its own with an IPC channel. */
export const probeFile = import.meta.filename;

/** What the probe is told: a cluster and how to sign in to it. */
export interface ProbeOrder {
  readonly address: string;
  readonly caPem: string;
  readonly userName: string;
  readonly password: string;
  readonly code: string;
  readonly login: string;
}

const graceMs = 5_000;

/** Uses everything once, in the middle of a flood, and disposes of it: then nothing may keep the process alive. */
async function run(order: ProbeOrder): Promise<void> {
  const app = createApp(makeHost(), { version: '0.0.0' });
  const page = await openPage(app);
  const { clusterUri } = await page.api.clusters.add({
    address: order.address,
    trust: { kind: 'ca', pem: order.caPem },
  });
  const { accountUri } = await page.api.clusters.signIn({
    kind: 'password',
    clusterUri,
    userName: order.userName,
    password: order.password,
    oneTimeCode: order.code,
  });
  const { items } = await page.api.resources.list({
    accountUri,
    kinds: ['server'],
    search: '',
    sort: { field: 'name', descending: false },
    limit: 10,
  });
  const size = { cols: 80, rows: 24 };
  for (const [index, server] of items.slice(0, 1).entries()) {
    const { shellId } = await page.api.shells.open({
      serverUri: server.uri,
      serverName: server.name,
      login: order.login,
      size,
    });
    const terminal = openTerminal(page.bytes, index + 1, shellId);
    terminal.type('yes');
    while (terminal.screen.size < 1_000_000) await wait(20);
  }
  await page.api.shells.openLocal({ accountUri, size });
  // One that is still being made.
  void page.api.clusters.probe({ address: order.address }).catch(() => undefined);
  await app.dispose();
  process.disconnect();
  setTimeout(() => {
    process.stderr.write(`still there: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(3);
  }, graceMs).unref();
}

if (process.argv[1] === probeFile) process.once('message', (order: ProbeOrder) => void run(order));
