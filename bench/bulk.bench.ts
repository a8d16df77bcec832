import { connectToNode } from '../src/main/protocol/client/node-session.ts';
import { openProxyConnection } from '../src/main/protocol/client/proxy-connection.ts';
import { isNativeCryptoUsed } from '../src/main/protocol/net/ssh/load-ssh2.ts';
import { compare, inTurns, print, throughput } from './harness.ts';
import { account, setUp } from './ssh-setup.ts';

const rounds = 3;
const bytes = 1 << 30;
const command = `head -c ${bytes} /dev/zero`;

/** 1 GiB of a command's output through the embedded proxy, against `ssh` directly. */
const bench = await setUp();
const proxy = await openProxyConnection(bench);
const node = await connectToNode({
  proxy,
  identity: bench.identity,
  nodeId: bench.nodeId,
  nodeName: 'sshd',
  login: account,
});

async function exec(): Promise<number> {
  const started = performance.now();
  const channel = await node.exec(command);
  let size = 0;
  channel.onData((chunk) => {
    size += chunk.length;
  });
  channel.resume();
  await channel.ended;
  return size / 1e6 / ((performance.now() - started) / 1000);
}

process.stdout.write(
  `native cryptography: ${isNativeCryptoUsed() ? 'yes' : 'no'}; the embedded proxy shares this process\n`,
);
const result = await inTurns(rounds, exec, () => throughput('ssh', [...bench.sshArgs(false), command]));
print([compare('exec of 1 GiB vs ssh', 'MB/s', result, '≥ 1.0')]);
node.dispose();
proxy.dispose();
await bench.stop();
