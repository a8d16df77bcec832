import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import { demoObjects } from './kube/demo-objects.ts';
import { outputMatching } from './testing/kubectl.ts';
import { makeUser } from './users.ts';

const tsh = process.env['TSH'];

/** A foreign client reaches Kubernetes through the cluster: client-calls.md 1. Runs where `TSH` names the program. */
describe.skipIf(!tsh)('tsh and Kubernetes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-tsh-kube-'));
  const user = makeUser('alice', ['developer']);
  let cluster: Cluster;
  let environment: Record<string, string>;

  beforeAll(async () => {
    cluster = await createCluster({
      name: 'tsh.porthole',
      users: [user],
      roles: [
        {
          name: 'developer',
          logins: ['alice'],
          serverLabels: { '*': ['*'] },
          kubernetesLabels: { env: ['test'] },
          kubernetesGroups: ['developers'],
        },
      ],
      kubernetes: [
        { name: 'workshop', labels: { env: 'test' }, api: { kind: 'embedded', objects: demoObjects() } },
        { name: 'secret', labels: { env: 'prod' }, api: { kind: 'embedded' } },
      ],
    });
    writeFileSync(join(folder, 'ca.pem'), cluster.webCaPem);
    environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      TELEPORT_HOME: join(folder, 'tsh'),
      KUBECONFIG: join(folder, 'kubeconfig'),
      SSL_CERT_FILE: join(folder, 'ca.pem'),
      TERM: 'xterm',
      TELEPORT_TOOLS_VERSION: 'off',
    };
    await login();
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (program: string, ...args: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      execFile(program, args, { env: environment, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });

  const login = () =>
    new Promise<void>((resolve) => {
      const args = ['login', `--proxy=${cluster.address}`, '--user=alice'];
      const pty = spawnPty(tsh ?? '', args, { env: environment, cols: 120, rows: 40 });
      let output = '';
      pty.onData((data) => {
        output += data;
        if (/password for Teleport user/i.test(output)) pty.write(`${user.password}\r`);
        else if (/OTP code|one-time|token/i.test(output))
          pty.write(`${cluster.core.users.currentCode('alice')}\r`);
        else return;
        output = '';
      });
      pty.onExit(() => resolve());
    });

  it('lists the Kubernetes clusters that the role allows', async () => {
    const { code, output } = await run(tsh ?? '', 'kube', 'ls');
    expect(output).toContain('workshop');
    expect(output).not.toContain('secret');
    expect(code).toBe(0);
  });

  it('logs in to one, and kubectl works with what it wrote', async () => {
    const { code, output } = await run(tsh ?? '', 'kube', 'login', 'workshop');
    expect(output).toContain('workshop');
    expect(code).toBe(0);
    const pods = await run('kubectl', '-n', 'demo', 'get', 'pods');
    expect(pods.output).toContain('web-1');
    const exec = await run(
      'kubectl',
      '-n',
      'demo',
      'exec',
      'web-1',
      '--',
      'sh',
      '-c',
      'echo from-the-pod; exit 4',
    );
    expect(exec.output).toContain('from-the-pod');
    expect(exec.code).toBe(4);
    const refused = await run('kubectl', 'create', 'namespace', 'mine');
    expect(refused.output).toContain('User "alice" cannot create resource "namespaces"');
  });

  it('serves kubectl through its local proxy', async () => {
    const child = spawn(tsh ?? '', ['proxy', 'kube', 'workshop', '--port', '0'], { env: environment });
    const output = await outputMatching(child, /KUBECONFIG=\S+/);
    const kubeconfig = /KUBECONFIG="?([^\s"]+)/.exec(output)?.[1] ?? '';
    const pods = await run('kubectl', '--kubeconfig', kubeconfig, '-n', 'demo', 'get', 'pods');
    expect(pods.output).toContain('web-1');
    const closed = once(child, 'close');
    child.kill();
    await closed;
  });

  it('is refused an unknown cluster', async () => {
    const { code, output } = await run(tsh ?? '', 'kube', 'login', 'nowhere');
    expect(output).toContain('not found');
    expect(code).not.toBe(0);
  });
});
