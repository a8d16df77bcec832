import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KubeApiServer, startKubeApi } from '../testing/kube-api-server.ts';
import { type Kubectl, outputMatching } from '../testing/kubectl.ts';

describe('streams of pods', () => {
  let served: KubeApiServer;
  let kubectl: Kubectl;
  let clientMinor: number;

  beforeAll(async () => {
    served = await startKubeApi();
    kubectl = served.kubectl;
    const version = JSON.parse((await kubectl.run(['version', '--client', '-o', 'json'])).stdout);
    clientMinor = Number.parseInt(version.clientVersion.minor, 10);
  });
  beforeEach(() => {
    served.upgrades.length = 0;
  });
  afterAll(() => served.stop());

  /** That streams went the way that was asked for, by clients that know both. */
  const expectWay = (webSocket: string) => {
    const isNew = webSocket === 'true' && clientMinor >= 31;
    expect(new Set(served.upgrades)).toEqual(new Set([isNew ? 'websocket' : 'spdy/3.1']));
  };

  it('follows logs while they are written, and shows their end', async () => {
    const follow = kubectl.start(['logs', '-f', 'web-1', '--tail=1']);
    await outputMatching(follow, /healthy[^]*\n[^]*healthy[^]*\n/);
    follow.kill();
    expect((await kubectl.run(['logs', 'web-1', '--tail=2'])).stdout.trim().split('\n')).toHaveLength(2);
    expect((await kubectl.run(['logs', 'web-1', '--timestamps', '--tail=1'])).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT/,
    );
  });

  it.each(['true', 'false'])(
    'executes programs with streams and exit codes (WebSocket: %s)',
    async (webSocket) => {
      const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket };
      const failed = await kubectl.run(
        ['exec', 'web-1', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
        { env },
      );
      expect(failed.stdout).toBe('out\n');
      expect(failed.stderr).toContain('err\n');
      expect(failed.code).toBe(7);
      const input = Buffer.alloc(2_000_000, 'x');
      const counted = await kubectl.run(['exec', '-i', 'web-1', '--', 'wc', '-c'], { env, input });
      expect(counted.stdout.trim()).toBe('2000000');
      const large = await kubectl.run(['exec', 'web-1', '--', 'head', '-c', '5000000', '/dev/zero'], { env });
      expect(large.stdout).toHaveLength(5_000_000);
      const missing = await kubectl.run(['exec', 'web-1', '--', 'no-such-program'], { env });
      expect(missing.stderr).toContain('executable file not found');
      expect(missing.code).not.toBe(0);
      expectWay(webSocket);
    },
  );

  it.each(['true', 'false'])('opens a shell in a terminal (WebSocket: %s)', async (webSocket) => {
    const { output, code } = await kubectl.converse(
      ['exec', '-it', 'web-1', '--', 'sh'],
      [
        [
          /[$#] $/,
          'until [ "$(stty size)" = "30 100" ]; do sleep 0.1; done; stty size; echo sum-$((40+2)); exit 5\r',
        ],
      ],
      { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    );
    expect(output).toMatch(/^30 100\r?$/m);
    expect(output).toContain('sum-42');
    expect(code).toBe(5);
    expectWay(webSocket);
  });

  it.each(['true', 'false'])('attaches to the program of a pod (WebSocket: %s)', async (webSocket) => {
    const name = `calc-${webSocket}`;
    const path = served.manifest(
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {restartPolicy: Never, containers: [{name: sh, image: any, command: [sh], stdin: true, tty: true}]}}`,
    );
    await kubectl.run(['apply', '-f', path]);
    await kubectl.run(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=20s']);
    const { output } = await kubectl.converse(
      ['attach', '-it', name],
      [
        [/(press|attach)/i, '\r'],
        [/[$#] $/, 'echo product-$((6*7)); exit\r'],
      ],
      { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    );
    expect(output).toContain('product-42');
    expectWay(webSocket);
    expect((await kubectl.run(['get', 'pod', name])).stdout).toMatch(/Completed/);
    expect((await kubectl.run(['logs', name])).stdout).toContain('product-42');
    expect((await kubectl.run(['delete', 'pod', name])).code).toBe(0);
  });

  it('copies files both ways', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
    writeFileSync(join(kubectl.folder, 'here.bin'), bytes);
    expect((await kubectl.run(['cp', 'here.bin', 'web-1:there.bin'])).stderr).toBe('');
    const back = await kubectl.run(['cp', 'web-1:there.bin', 'back.bin']);
    expect(back.code).toBe(0);
    expect(readFileSync(join(kubectl.folder, 'back.bin')).equals(bytes)).toBe(true);
  });

  it.each(['true', 'false'])('forwards ports (WebSocket: %s)', async (webSocket) => {
    const forward = kubectl.start(['port-forward', 'web-1', ':8080', '--address=127.0.0.1'], {
      KUBECTL_PORT_FORWARD_WEBSOCKETS: webSocket,
    });
    const output = await outputMatching(forward, /Forwarding from 127\.0\.0\.1:\d+/);
    const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
    );
    expect(answers.filter((text) => text.startsWith('Hello from web-1'))).toHaveLength(20);
    expectWay(webSocket);
    forward.kill();
  });

  it('forwards the port of a service', async () => {
    const forward = kubectl.start(['port-forward', 'svc/web', ':80', '--address=127.0.0.1']);
    const output = await outputMatching(forward, /Forwarding from 127\.0\.0\.1:\d+ -> 8080/);
    const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('Hello from web-');
    forward.kill();
  });

  it('refuses a port on which nothing listens', async () => {
    const forward = kubectl.start(['port-forward', 'web-1', ':81', '--address=127.0.0.1']);
    const output = await outputMatching(forward, /Forwarding from 127\.0\.0\.1:\d+/);
    const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    const told = outputMatching(forward, /nothing listens on port 81/);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect(await told).toContain('81');
    forward.kill();
  });

  it('runs a program once and shows what it says', async () => {
    const run = await kubectl.run([
      'run',
      'once',
      '--image=any',
      '--restart=Never',
      '--rm',
      '-i',
      '--command',
      '--',
      'sh',
      '-c',
      'sleep 1; echo hello',
    ]);
    expect(run.stdout).toContain('hello');
    expect((await kubectl.run(['get', 'pods', '-o', 'name'])).stdout).not.toContain('pod/once');
  });
});
