import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubeApiServer, startKubeApi } from '../testing/kube-api-server.ts';
import { type Kubectl, outputMatching } from '../testing/kubectl.ts';

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const over = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);

/** Nothing that runs for a client or a pod outlives it. */
describe('programs of pods', () => {
  let served: KubeApiServer;
  let kubectl: Kubectl;

  beforeEach(async () => {
    served = await startKubeApi();
    kubectl = served.kubectl;
  });
  afterEach(() => served.stop());

  /** A program in a pod that heeds no polite signal, its number and its folder. */
  const startStubborn = async (webSocket: string, ...flags: string[]) => {
    const child = kubectl.start(
      [
        'exec',
        ...flags,
        'web-1',
        '--',
        'sh',
        '-c',
        "trap '' HUP TERM; echo pid=$$ in=$PWD; while :; do sleep 0.2; done",
      ],
      { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    );
    const output = await outputMatching(child, /pid=\d+ in=\S+\n/);
    const [, pid = '', folder = ''] = /pid=(\d+) in=(\S+)/.exec(output) ?? [];
    return { child, pid: Number(pid), folder };
  };

  it.each(['true', 'false'])('end when their client is gone (WebSocket: %s)', async (webSocket) => {
    const { child, pid } = await startStubborn(webSocket, '-i');
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await over(pid);
  });

  it('end when their pod is deleted, and their folder goes', async () => {
    const { pid, folder } = await startStubborn('true');
    expect(existsSync(folder)).toBe(true);
    expect((await kubectl.run(['delete', 'pod', 'web-1'])).code).toBe(0);
    await over(pid);
    expect(existsSync(folder)).toBe(false);
  });

  it('end with the cluster', async () => {
    const { pid } = await startStubborn('false');
    served.api.stop();
    await over(pid);
  });

  it.each(['true', 'false'])(
    'that read nothing do not hold their connection (WebSocket: %s)',
    async (webSocket) => {
      const { code } = await kubectl.run(['exec', '-i', 'web-1', '--', 'true'], {
        input: Buffer.alloc(30_000_000),
        env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
      });
      expect(code).toBe(0);
      await expect.poll(() => served.sockets.size, { timeout: 15_000 }).toBe(0);
    },
  );

  it('see nothing of the environment of the cluster', async () => {
    process.env['PORTHOLE_TEST_MARK'] = 'must-not-be-seen';
    try {
      const { stdout } = await kubectl.run(['exec', 'web-1', '--', 'env']);
      expect(stdout).toContain('HOSTNAME=web-1');
      expect(stdout).not.toContain('must-not-be-seen');
      const names = stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]);
      expect(names.sort()).toEqual(['HOME', 'HOSTNAME', 'LANG', 'PATH', 'POD_NAMESPACE']);
    } finally {
      delete process.env['PORTHOLE_TEST_MARK'];
    }
  });

  it('that fail again and again wait longer and longer', async () => {
    await kubectl.run(['run', 'crash', '--image=any', '--command', '--', 'sh', '-c', 'exit 1']);
    const state = async () => (await kubectl.run(['get', 'pod', 'crash'])).stdout;
    await expect.poll(state, { timeout: 20_000, interval: 500 }).toContain('CrashLoopBackOff');
  });

  it('without a command say what they need', async () => {
    await kubectl.run(['run', 'idle', '--image=nginx']);
    const state = async () => (await kubectl.run(['get', 'pod', 'idle'])).stdout;
    await expect.poll(state, { timeout: 10_000 }).toContain('ErrImagePull');
    expect((await kubectl.run(['describe', 'pod', 'idle'])).stdout).toContain('This cluster has no images');
  });

  it('leave nothing open when clients speak halfway or nonsense', async () => {
    const heads = [
      'POST /api/v1/namespaces/demo/pods/web-1/exec?command=cat&stdin=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
      'POST /api/v1/namespaces/demo/pods/web-1/portforward HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n',
      'GET /api/v1/namespaces/demo/pods/web-1/log?follow=true HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: a\r\n\r\n',
    ];
    for (const head of heads) {
      for (const rest of ['', '\0'.repeat(20), 'junk'.repeat(1_000)]) {
        const socket = connect(served.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(head + rest);
        await new Promise((resolve) => {
          socket.once('data', resolve);
          socket.once('close', resolve);
        });
        socket.destroy();
      }
    }
    await expect.poll(() => served.sockets.size, { timeout: 15_000 }).toBe(0);
    expect((await kubectl.run(['get', 'pods'])).code).toBe(0);
  });
});
