import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  type AccountIdentity,
  parseIdentity,
  serializeIdentity,
} from '../src/main/protocol/codec/identity.ts';
import type { ProxyAddress } from '../src/main/protocol/net/address.ts';
import { setUp } from './ssh-setup.ts';

/** What the measured side needs to know of a set-up that runs in a process of its own, as a real cluster does. */
export interface RemoteBench {
  readonly address: ProxyAddress;
  readonly identity: AccountIdentity;
  readonly nodeId: string;
  readonly sshdPort: number;
  readonly sshArgs: readonly string[];
  stop(): Promise<void>;
}

export async function setUpElsewhere(): Promise<RemoteBench> {
  const child = fork(join(import.meta.dirname, 'setup-process.ts'), ['serve'], {
    execArgv: ['--no-warnings'],
  });
  const [message] = (await once(child, 'message')) as [
    Omit<RemoteBench, 'identity' | 'stop'> & { identity: string },
  ];
  return {
    ...message,
    identity: parseIdentity(message.identity),
    stop: async () => {
      child.send('stop');
      await once(child, 'exit');
    },
  };
}

if (process.argv[2] === 'serve' && process.send) {
  const bench = await setUp();
  process.once('message', () => void bench.stop().then(() => process.exit(0)));
  process.send({
    address: bench.address,
    identity: serializeIdentity(bench.identity),
    nodeId: bench.nodeId,
    sshdPort: bench.sshd.port,
    sshArgs: bench.sshArgs(false),
  });
}
