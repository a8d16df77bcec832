import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { oneTimeCode } from '../src/cluster/totp.ts';
import { signInWithPassword } from '../src/main/protocol/client/login.ts';
import { connectToNode } from '../src/main/protocol/client/node-session.ts';
import { openProxyConnection } from '../src/main/protocol/client/proxy-connection.ts';
import { findProxy, WebApi } from '../src/main/protocol/client/web-api.ts';
import { isNativeCryptoUsed } from '../src/main/protocol/net/ssh/load-ssh2.ts';
import { compare, inTurns, print, throughput } from './harness.ts';

const bytes = 512 << 20;
const command = `head -c ${bytes} /dev/zero`;
const node = process.env['REAL_CLUSTER_NODE'] ?? 'lab-node';

/**
 * On a real cluster, against its own `tsh`, in turns. `REAL_CLUSTER` is the file that `src/main/app/real-cluster.test.ts` takes,
 * `TSH` the program; `TELEPORT_HOME` holds a sign-in of it.
 */
const { REAL_CLUSTER: file, TSH: tsh, REAL_CLUSTER_USER: userName = 'bob' } = process.env;
if (file && tsh) await measure(file, tsh);
else process.stdout.write('skipped: REAL_CLUSTER and TSH are not set\n');
process.exit();

async function measure(description: string, program: string): Promise<void> {
  const lab = JSON.parse(readFileSync(description, 'utf8')) as Record<'proxy' | 'ca' | 'users', string>;
  process.env['SSL_CERT_FILE'] = lab.ca;
  const users = JSON.parse(readFileSync(lab.users, 'utf8')) as Record<
    'name' | 'password' | 'totpSecret',
    string
  >[];
  const user = users.find(({ name }) => name === userName);
  if (!user) throw new Error(`There is no user ${userName}.`);
  const trust = { kind: 'ca' as const, pem: readFileSync(lab.ca, 'utf8') };
  const { address, ping } = await findProxy(lab.proxy, trust);
  const identity = await signInWithPassword(new WebApi({ address, trust }), ping, {
    userName,
    password: user.password,
    oneTimeCode: oneTimeCode(fromBase32(user.totpSecret), new Date()),
  });
  const proxy = await openProxyConnection({ address, identity });
  const nodeId = await nodeIdFrom(program);
  const connection = await connectToNode({ proxy, identity, nodeId, nodeName: node, login: 'root' });
  const exec = async (line: string) => {
    const channel = await connection.exec(line);
    let size = 0;
    channel.onData((chunk) => {
      size += chunk.length;
    });
    channel.resume();
    await channel.ended;
    return size;
  };
  const rate = async () => {
    const started = performance.now();
    const size = await exec(command);
    return size / 1e6 / ((performance.now() - started) / 1000);
  };
  const one = async () => {
    const started = performance.now();
    const again = await connectToNode({ proxy, identity, nodeId, nodeName: node, login: 'root' });
    const channel = await again.exec('true');
    channel.resume();
    await channel.ended;
    again.dispose();
    return performance.now() - started;
  };
  const tshOne = async () => {
    const started = performance.now();
    await throughput(program, ['ssh', `root@${node}`, 'true']);
    return performance.now() - started;
  };
  process.stdout.write(`native cryptography: ${isNativeCryptoUsed() ? 'yes' : 'no'}\n`);
  print([
    compare(
      'exec of 512 MiB vs tsh',
      'MB/s',
      await inTurns(5, rate, () => throughput(program, ['ssh', `root@${node}`, command])),
      '≥ 1.2',
    ),
    compare(
      'a command, with a connection to the proxy open, vs tsh',
      'ms',
      await inTurns(9, one, tshOne),
      '≤ 99',
    ),
  ]);
  connection.dispose();
  proxy.dispose();
}

/** `tsh` knows the ids of the nodes. */
async function nodeIdFrom(program: string): Promise<string> {
  const child = spawn(program, ['ls', '--format=json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const nodes = JSON.parse(text) as { metadata: { name: string }; spec: { hostname: string } }[];
  const found = nodes.find(({ spec }) => spec.hostname === node);
  if (!found) throw new Error(`There is no node ${node}.`);
  return found.metadata.name;
}

/** RFC 4648, without padding. */
function fromBase32(text: string): Uint8Array {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2));
}
