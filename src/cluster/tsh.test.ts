import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import { Tsh, tshPath } from './testing/tsh.ts';
import { makeUser } from './users.ts';

const account = userInfo().username;

/** A foreign client judges the cluster: client-calls.md 1. Runs where `TSH` names the program. */
describe.skipIf(!tshPath)('tsh', () => {
  const user = makeUser('alice', ['developer']);
  let cluster: Cluster;
  let tsh: Tsh;

  beforeAll(async () => {
    cluster = await createCluster({
      name: 'tsh.porthole',
      users: [user],
      roles: [{ name: 'developer', logins: [account], serverLabels: { '*': ['*'] } }],
      localNode: { hostname: 'workbench', labels: { env: 'test' } },
    });
    tsh = new Tsh(cluster);
  });
  afterAll(async () => {
    await tsh?.dispose();
    await cluster?.stop();
  });

  it('is refused with a wrong password', async () => {
    const { code, output } = await tsh.login('alice', 'wrong');
    expect(output).toContain('invalid credentials');
    expect(code).not.toBe(0);
  });

  it('logs in with password and code', async () => {
    const { code, output } = await tsh.login('alice', user.password);
    expect(output).toContain('tsh.porthole');
    expect(code).toBe(0);
  });

  it('shows status and servers', async () => {
    const status = await tsh.run('status');
    expect(status.output).toContain('alice');
    expect(status.code).toBe(0);
    const list = await tsh.run('ls');
    expect(list.output).toContain('workbench');
    expect(list.code).toBe(0);
  });

  it('runs a command and gives its exit code', async () => {
    const { code, output } = await tsh.run('ssh', `${account}@workbench`, 'echo from-the-node; exit 5');
    expect(output).toContain('from-the-node');
    expect(code).toBe(5);
  });

  it('opens a shell', async () => {
    const { output } = await tsh.converse(
      ['ssh', `${account}@workbench`],
      [
        [/[$#] $/, () => 'echo sum-$((40+2)); exit\r'],
        [/never/, () => ''],
      ],
    );
    expect(output).toContain('sum-42');
  });

  it('copies both ways', async () => {
    const here = join(tsh.folder, 'here.bin');
    const there = join(tsh.folder, 'there.bin');
    const back = join(tsh.folder, 'back.bin');
    writeFileSync(here, Buffer.alloc(300_000, 7));
    const up = await tsh.run('scp', here, `${account}@workbench:${there}`);
    expect(up.output + up.code).toMatch(/0$/);
    const down = await tsh.run('scp', `${account}@workbench:${there}`, back);
    expect(down.output + down.code).toMatch(/0$/);
    expect(readFileSync(back).equals(readFileSync(here))).toBe(true);
  });

  it('logs out', async () => {
    expect((await tsh.run('logout')).code).toBe(0);
    expect((await tsh.run('status')).code).not.toBe(0);
  });
});
