import { createCluster } from './cluster.ts';
import { demoCluster, demoUserName } from './demo-content.ts';
import { FromParent, type FromCluster } from '../shared/demo/process-messages.ts';

// The embedded cluster in a process of its own: started by `fork`, spoken to over IPC, ended with its parent.

const send = (message: FromCluster) => process.send?.(message);

async function run(): Promise<void> {
  const demo = await demoCluster();
  const { options, user } = demo;
  const cluster = await createCluster(options);
  const stop = () => {
    void Promise.all([cluster.stop(), demo.stop()]).finally(() => process.exit(0));
  };
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  // Ctrl+C in a terminal reaches the whole group; the parent ends this process in order.
  process.on('SIGINT', () => undefined);
  process.on('message', (raw) => {
    const message = FromParent.safeParse(raw);
    if (!message.success) return;
    if (message.data.kind === 'stop') stop();
    else
      send({
        kind: 'credentials',
        id: message.data.id,
        password: user.password,
        oneTimeCode: cluster.core.users.currentCode(demoUserName),
      });
  });
  send({ kind: 'ready', address: cluster.address, caPem: cluster.webCaPem, userName: demoUserName });
}

run().catch((error: unknown) => {
  send({ kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' });
  process.exit(1);
});
