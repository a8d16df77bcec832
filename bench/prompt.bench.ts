import { connectToNode } from '../src/main/protocol/client/node-session.ts';
import { openProxyConnection } from '../src/main/protocol/client/proxy-connection.ts';
import type { ProxyConnection } from '../src/main/protocol/client/proxy-types.ts';
import { compare, inTurns, print, timeToOutput } from './harness.ts';
import { account, setUp } from './ssh-setup.ts';

const rounds = 11;
const prompt = /[#$] /;

/** From the click to the first prompt, cold and with an open connection to the proxy, against `ssh` through a ProxyCommand. */
// A plain shell: what the account's own start files take would be the same for both and only blur the picture.
const bench = await setUp({
  sshdConfig: ["ForceCommand env -i PS1='$ ' /bin/sh -i", 'SetEnv HOME=/nonexistent'],
});

async function click(kept?: ProxyConnection): Promise<number> {
  const started = performance.now();
  const proxy = kept ?? (await openProxyConnection(bench));
  const node = await connectToNode({
    proxy,
    identity: bench.identity,
    nodeId: bench.nodeId,
    nodeName: 'sshd',
    login: account,
  });
  const shell = await node.openShell({ term: 'xterm-256color', cols: 80, rows: 24 });
  let text = '';
  const elapsed = await new Promise<number>((resolve) => {
    shell.onData((chunk) => {
      text += chunk.toString();
      if (prompt.test(text)) resolve(performance.now() - started);
    });
    shell.resume();
  });
  node.dispose();
  if (!kept) proxy.dispose();
  return elapsed;
}

const ssh = () => timeToOutput('ssh', ['-tt', ...bench.sshArgs(true)], prompt);
const cold = await inTurns(rounds, () => click(), ssh);
const kept = await openProxyConnection(bench);
const warm = await inTurns(rounds, () => click(kept), ssh);
kept.dispose();
print([
  compare('click to prompt, cold, vs ssh with ProxyCommand', 'ms', cold, '≤ 0.7'),
  compare('click to prompt, warm, vs ssh with ProxyCommand', 'ms', warm, '≤ 0.4'),
]);
await bench.stop();
