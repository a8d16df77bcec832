import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { createCluster } from '../../cluster/cluster.ts';
import { makeUser } from '../../cluster/users.ts';
import { type ProbeOrder, probeFile } from '../testing/leak-probe.ts';

it('leaves no timer, socket or child process behind when it is disposed of in a flood', async () => {
  const login = userInfo().username;
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'leaks.porthole',
    users: [user],
    roles: [{ name: 'developer', logins: [login], serverLabels: { '*': ['*'] } }],
    localNode: { hostname: 'workbench', labels: {} },
  });
  const child = fork(probeFile, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--no-warnings'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const order: ProbeOrder = {
    address: cluster.address,
    caPem: cluster.webCaPem,
    userName: user.name,
    password: user.password,
    code: cluster.core.users.currentCode(user.name),
    login,
  };
  child.send(order);
  const [code] = (await once(child, 'exit')) as [number | null];
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  if (process.platform === 'linux') expect(childrenOf(child.pid ?? 0)).toEqual([]);
  await cluster.stop();
});

/** Orphans go to another parent, but stay in the session of the one that began them. */
function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((entry) => {
    try {
      return /^\d+$/.test(entry) && statusOf(entry).includes(`\nPPid:\t${pid}\n`);
    } catch {
      return false;
    }
  });
}

const statusOf = (pid: string) => readFileSync(`/proc/${pid}/status`, 'utf8');
