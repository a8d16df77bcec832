import { connect } from 'node:net';
import { sshAuthorities } from '../src/main/protocol/client/host-authorities.ts';
import { connectToNode } from '../src/main/protocol/client/node-session.ts';
import { openProxyConnection } from '../src/main/protocol/client/proxy-connection.ts';
import { connectSsh, type SshConnection } from '../src/main/protocol/net/ssh/client.ts';
import { isNativeCryptoUsed } from '../src/main/protocol/net/ssh/load-ssh2.ts';
import { compare, inTurns, print, throughput } from './harness.ts';
import { setUpElsewhere } from './setup-process.ts';
import { account } from './ssh-setup.ts';

const rounds = 3;
const bytes = 1 << 30;
const command = `head -c ${bytes} /dev/zero`;

/** 1 GiB of a command's output: from the sshd directly, and through the embedded proxy, each against `ssh` directly. */
const bench = await setUpElsewhere();
const { identity, nodeId } = bench;
const direct = await connectSsh({
  stream: connect(bench.sshdPort, '127.0.0.1').setNoDelay(true),
  username: account,
  identity: { privateKey: identity.sshKey, certificate: identity.sshCertificate.blob },
  host: { name: 'sshd', authorities: sshAuthorities(identity), principals: [nodeId] },
});
const proxy = await openProxyConnection(bench);
const proxied = await connectToNode({ proxy, identity, nodeId, nodeName: 'sshd', login: account });

async function exec(connection: SshConnection): Promise<number> {
  const started = performance.now();
  const channel = await connection.exec(command);
  let size = 0;
  channel.onData((chunk) => {
    size += chunk.length;
  });
  channel.resume();
  await channel.ended;
  return size / 1e6 / ((performance.now() - started) / 1000);
}

process.stdout.write(`native cryptography: ${isNativeCryptoUsed() ? 'yes' : 'no'}\n`);
const ssh = () => throughput('ssh', [...bench.sshArgs, command]);
const plain = await inTurns(rounds, () => exec(direct), ssh);
const through = await inTurns(rounds, () => exec(proxied), ssh);
print([
  compare('exec of 1 GiB from an sshd vs ssh', 'MB/s', plain, '≥ 1.0'),
  compare(
    'exec of 1 GiB through the embedded proxy vs ssh directly (the proxy is Node too; no budget)',
    'MB/s',
    through,
    '≥ 0',
  ),
]);
direct.dispose();
proxied.dispose();
proxy.dispose();
await bench.stop();
