import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { FromCluster, type FromParent } from '../../shared/demo/process-messages.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { DemoCluster } from '../app/app.ts';
import type { DemoStore } from './demo-store.ts';

const startTimeoutMs = 15_000;
const stopTimeoutMs = 3_000;

export interface DemoProcess extends DemoCluster {
  readonly users: NonNullable<DemoCluster['users']>;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the embedded cluster in a process of its own; its secrets travel over IPC only. `store`: what it may keep on
 * the disk; undefined = nothing.
 */
export async function startDemoProcess(
  modulePath: string,
  store: Promise<DemoStore | undefined> | DemoStore | undefined,
  execArgv: readonly string[] = [],
): Promise<DemoProcess> {
  const child = fork(modulePath, [], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = () => stopChild(child);
  try {
    const becomesReady = receive(child, 'ready', () => true);
    // Whatever fails first is thrown by one of the two waits below.
    becomesReady.catch(() => undefined);
    const kept = await store;
    send(child, { kind: 'begin', ...(kept ? { kept: { folder: kept.folder, key: kept.key } } : {}) });
    const ready = await becomesReady;
    return {
      address: ready.address,
      caPem: ready.caPem,
      userName: ready.users[0].userName,
      users: ready.users,
      credentials: credentialsOf(child, ready.users[0].userName),
      pid: child.pid ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function credentialsOf(child: ChildProcess, first: string): DemoCluster['credentials'] {
  let last = 0;
  return async (userName = first) => {
    last += 1;
    const id = last;
    const answer = receive(child, 'credentials', (message) => message.id === id);
    send(child, { kind: 'credentials', id, userName });
    const { password, oneTimeCode } = await answer;
    return { password, oneTimeCode };
  };
}

type Message<K extends FromCluster['kind']> = Extract<FromCluster, { kind: K }>;

function receive<K extends FromCluster['kind']>(
  child: ChildProcess,
  kind: K,
  isWanted: (message: Message<K>) => boolean,
): Promise<Message<K>> {
  return new Promise((resolve, reject) => {
    const finish = (work: () => void) => {
      clearTimeout(timer);
      child.removeListener('message', onMessage);
      child.removeListener('exit', onExit);
      work();
    };
    const fail = (reason: string) =>
      finish(() =>
        reject(
          new AppError('internal', 'The demo cluster does not work.', {
            reason,
            advice: 'Start Porthole again; what was decided in the demo is kept.',
          }),
        ),
      );
    const timer = setTimeout(() => fail('It did not answer in time.'), startTimeoutMs);
    const onExit = () => fail('Its process has ended.');
    const onMessage = (raw: unknown) => {
      const parsed = FromCluster.safeParse(raw);
      if (!parsed.success) return;
      const message = parsed.data;
      if (message.kind === 'failed') fail(message.reason);
      else if (message.kind === kind && isWanted(message as Message<K>))
        finish(() => resolve(message as Message<K>));
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
    if (hasEnded(child)) onExit();
  });
}

function send(child: ChildProcess, message: FromParent): void {
  if (child.connected) child.send(message);
}

/** Of a process that was killed there is a signal and no code. */
function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  send(child, { kind: 'stop' });
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await gone;
  clearTimeout(timer);
}
