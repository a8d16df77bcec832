import { spawn as spawnPty } from '@lydell/node-pty';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import { makeUser } from './users.ts';

const tsh = process.env['TSH'];
const account = userInfo().username;

/** A foreign client judges the cluster: client-calls.md 1. Runs where `TSH` names the program. */
describe.skipIf(!tsh)('tsh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-tsh-'));
  const user = makeUser('alice', ['developer']);
  let cluster: Cluster;
  let environment: Record<string, string>;

  beforeAll(async () => {
    cluster = await createCluster({
      name: 'tsh.porthole',
      users: [user],
      roles: [{ name: 'developer', logins: [account], serverLabels: { '*': ['*'] } }],
      localNode: { hostname: 'workbench', labels: { env: 'test' } },
    });
    writeFileSync(join(folder, 'ca.pem'), cluster.webCaPem);
    environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      TELEPORT_HOME: join(folder, 'tsh'),
      SSL_CERT_FILE: join(folder, 'ca.pem'),
      TERM: 'xterm',
      TELEPORT_TOOLS_VERSION: 'off',
    };
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      execFile(tsh ?? '', args, { env: environment, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });

  /** Answers prompts in a terminal: pairs of what is asked and what is typed. */
  const converse = (args: string[], answers: [RegExp, () => string][]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const pty = spawnPty(tsh ?? '', args, { env: environment, cols: 120, rows: 40 });
      let output = '';
      let seen = 0;
      pty.onData((data) => {
        output += data;
        const next = answers[0];
        if (next && next[0].test(output.slice(seen))) {
          seen = output.length;
          answers.shift();
          pty.write(next[1]());
        }
      });
      pty.onExit(({ exitCode }) => resolve({ code: exitCode, output }));
    });

  const login = (password: string) =>
    converse(
      ['login', `--proxy=${cluster.address}`, '--user=alice'],
      [
        [/password for Teleport user/i, () => `${password}\r`],
        [/OTP code|one-time|token/i, () => `${cluster.core.users.currentCode('alice')}\r`],
      ],
    );

  it('is refused with a wrong password', async () => {
    const { code, output } = await login('wrong');
    expect(output).toContain('invalid credentials');
    expect(code).not.toBe(0);
  });

  it('logs in with password and code', async () => {
    const { code, output } = await login(user.password);
    expect(output).toContain('tsh.porthole');
    expect(code).toBe(0);
  });

  it('shows status and servers', async () => {
    const status = await run('status');
    expect(status.output).toContain('alice');
    expect(status.code).toBe(0);
    const list = await run('ls');
    expect(list.output).toContain('workbench');
    expect(list.code).toBe(0);
  });

  it('runs a command and gives its exit code', async () => {
    const { code, output } = await run('ssh', `${account}@workbench`, 'echo from-the-node; exit 5');
    expect(output).toContain('from-the-node');
    expect(code).toBe(5);
  });

  it('opens a shell', async () => {
    const { output } = await converse(
      ['ssh', `${account}@workbench`],
      [
        [/[$#] $/, () => 'echo sum-$((40+2)); exit\r'],
        [/never/, () => ''],
      ],
    );
    expect(output).toContain('sum-42');
  });

  it('copies both ways', async () => {
    const here = join(folder, 'here.bin');
    const there = join(folder, 'there.bin');
    const back = join(folder, 'back.bin');
    writeFileSync(here, Buffer.alloc(300_000, 7));
    const up = await run('scp', here, `${account}@workbench:${there}`);
    expect(up.output + up.code).toMatch(/0$/);
    const down = await run('scp', `${account}@workbench:${there}`, back);
    expect(down.output + down.code).toMatch(/0$/);
    expect(readFileSync(back).equals(readFileSync(here))).toBe(true);
  });

  it('logs out', async () => {
    expect((await run('logout')).code).toBe(0);
    expect((await run('status')).code).not.toBe(0);
  });
});
