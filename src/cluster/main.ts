import { join } from 'node:path';
import { type FromCluster, FromParent } from '../shared/demo/process-messages.ts';
import { isAppError } from '../shared/errors/app-error.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { type DemoCluster, demoCluster, type KeptDemo } from './demo-content.ts';
import type { DemoUser } from './demo-people.ts';

// The embedded cluster in a process of its own: started by `fork`, spoken to over IPC, ended with its parent.

const send = (message: FromCluster) => process.send?.(message);

interface Running {
  readonly demo: DemoCluster;
  readonly cluster: Cluster;
}
let running: Promise<Running> | undefined;

async function start(kept: KeptDemo | undefined): Promise<Running> {
  const demo = await demoCluster(kept);
  try {
    const cluster = await createCluster(demo.options);
    const told = ({ name, about }: DemoUser) => ({ userName: name, about });
    const [first, ...others] = demo.users;
    send({
      kind: 'ready',
      address: cluster.address,
      caPem: cluster.webCaPem,
      users: [told(first), ...others.map(told)],
    });
    return { demo, cluster };
  } catch (error) {
    await demo.stop();
    // Another Porthole has the data open: this one begins with none and keeps none.
    if (kept && isAppError(error, 'store-unwritable')) return start(undefined);
    throw error;
  }
}

/** Says where a person who started this can read it that requests and devices end with this process. */
async function startAndTell(kept: KeptDemo | undefined): Promise<Running> {
  const started = await start(kept);
  if (kept && !started.cluster.core.store.isKept)
    process.stderr.write('The demo cluster keeps its requests and devices in memory this time.\n');
  return started;
}

function begin(kept: { folder: string; key: string } | undefined): void {
  running ??= startAndTell(
    kept && { path: join(kept.folder, 'cluster.sqlite'), key: Buffer.from(kept.key, 'base64') },
  );
  running.catch((error: unknown) => {
    send({ kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' });
    process.exit(1);
  });
}

async function tellCredentials(id: number, userName: string): Promise<void> {
  const parts = await running;
  const user = parts?.demo.users.find(({ name }) => name === userName);
  send({
    kind: 'credentials',
    id,
    password: user?.password ?? '',
    oneTimeCode: parts?.cluster.core.users.currentCode(userName) ?? '',
  });
}

async function stop(): Promise<void> {
  try {
    const parts = await running;
    await Promise.all([parts?.cluster.stop(), parts?.demo.stop()]);
  } finally {
    process.exit(0);
  }
}

process.once('disconnect', () => void stop());
process.on('SIGTERM', () => void stop());
// Ctrl+C in a terminal reaches the whole group; the parent ends this process in order.
process.on('SIGINT', () => undefined);
process.on('message', (raw) => {
  const message = FromParent.safeParse(raw);
  if (!message.success) return;
  const { data } = message;
  if (data.kind === 'stop') void stop();
  else if (data.kind === 'begin') begin(data.kept);
  else void tellCredentials(data.id, data.userName);
});
