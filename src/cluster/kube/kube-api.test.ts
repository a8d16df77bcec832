import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Kubectl, outputMatching } from '../testing/kubectl.ts';
import { demoObjects } from './demo-objects.ts';
import { KubeApi } from './kube-api.ts';
import type { KubeIdentity } from './rbac.ts';

/** kubectl judges the API itself, over plain HTTP without the proxy in front. */
describe('the Kubernetes API', () => {
  const api = new KubeApi({ objects: demoObjects() });
  let identity: KubeIdentity = { user: 'ann', groups: ['system:masters'] };
  let server: Server;
  let kubectl: Kubectl;
  let clientMinor: number;
  /** Protocols that clients changed to, in the test that runs. */
  let upgrades: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => api.serve(request, response, identity));
    server.on('upgrade', (request, socket, head) => {
      upgrades.push(String(request.headers.upgrade).toLowerCase());
      api.upgrade(request, socket, head, identity);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    kubectl = new Kubectl({ server: `http://127.0.0.1:${port}` });
    await kubectl.run(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=20s']);
    const version = JSON.parse((await kubectl.run(['version', '--client', '-o', 'json'])).stdout);
    clientMinor = Number.parseInt(version.clientVersion.minor, 10);
  });
  beforeEach(() => {
    upgrades = [];
  });
  afterAll(() => {
    kubectl.dispose();
    api.stop();
    server.closeAllConnections();
    server.close();
  });

  /** That streams went the way that was asked for, by clients that know both. */
  const expectWay = (webSocket: string) => {
    const isNew = webSocket === 'true' && clientMinor >= 31;
    expect(new Set(upgrades)).toEqual(new Set([isNew ? 'websocket' : 'spdy/3.1']));
  };
  const manifest = (flow: string) => {
    const path = join(kubectl.folder, 'manifest.yaml');
    // kubectl takes what begins with a brace for JSON.
    writeFileSync(path, `---\n# flow style\n${flow}\n`);
    return path;
  };

  it('lists pods as a table, as JSON, by label and by field', async () => {
    const table = await kubectl.run(['get', 'pods']);
    expect(table.stdout).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE/);
    expect(table.stdout).toMatch(/web-1 +1\/1 +Running +0 /);
    const names = async (...args: string[]) =>
      (await kubectl.run(['get', 'pods', '-o', 'name', ...args])).stdout.trim().split('\n');
    expect(await names('-l', 'app=web')).toEqual(['pod/web-1', 'pod/web-2']);
    expect(await names('-l', 'app notin (web)')).not.toContain('pod/web-1');
    expect(await names('--field-selector', 'metadata.name=web-2')).toEqual(['pod/web-2']);
    expect((await kubectl.run(['get', 'po', 'none'])).stderr).toContain('pods "none" not found');
    expect((await kubectl.run(['get', 'nodes,ns,svc,cm,secrets,sa,events', '-A'])).code).toBe(0);
  });

  it('applies, changes, shows and deletes objects', async () => {
    const path = manifest(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "1", b: "2"}}',
    );
    expect((await kubectl.run(['apply', '-f', path])).stdout).toBe('configmap/settings created\n');
    expect((await kubectl.run(['apply', '-f', path])).stdout).toBe('configmap/settings unchanged\n');
    manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "3", c: "4"}}');
    expect((await kubectl.run(['apply', '-f', path, '--dry-run=server'])).stdout).toContain(
      '(server dry run)',
    );
    expect((await kubectl.run(['apply', '-f', path])).stdout).toBe('configmap/settings configured\n');
    const data = () => kubectl.run(['get', 'cm', 'settings', '-o', 'jsonpath={.data}']);
    expect(JSON.parse((await data()).stdout)).toEqual({ a: '3', c: '4' });
    await kubectl.run(['patch', 'cm', 'settings', '--type=json', '-p', '[{"op":"remove","path":"/data/c"}]']);
    await kubectl.run(['patch', 'cm', 'settings', '--type=merge', '-p', '{"data":{"d":"5"}}']);
    expect(JSON.parse((await data()).stdout)).toEqual({ a: '3', d: '5' });
    await kubectl.run(['label', 'cm', 'settings', 'team=shop']);
    expect((await kubectl.run(['get', 'cm', '-l', 'team=shop', '-o', 'name'])).stdout).toBe(
      'configmap/settings\n',
    );
    expect((await kubectl.run(['delete', 'cm', 'settings'])).stdout).toContain('deleted');
    expect((await data()).stderr).toContain('configmaps "settings" not found');
  });

  it('applies on the server, forgets what is no longer said, and tells of conflicts', async () => {
    const path = manifest(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: "1", b: "2"}}',
    );
    const apply = (...args: string[]) => kubectl.run(['apply', '--server-side', '-f', path, ...args]);
    expect((await apply()).stdout).toContain('serverside-applied');
    manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: "1"}}');
    await apply();
    const data = () => kubectl.run(['get', 'cm', 'shared', '-o', 'jsonpath={.data}']);
    expect(JSON.parse((await data()).stdout)).toEqual({ a: '1' });
    manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: "9"}}');
    const refused = await apply('--field-manager=other');
    expect(refused.stderr).toContain('conflict with "kubectl": .data.a');
    expect((await apply('--field-manager=other', '--force-conflicts')).code).toBe(0);
    expect(JSON.parse((await data()).stdout)).toEqual({ a: '9' });
  });

  it('refuses what is not valid, with the words of Kubernetes', async () => {
    const bad = manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: Bad_Name}, data: {}}');
    expect((await kubectl.run(['apply', '-f', bad])).stderr).toContain('a lowercase RFC 1123 subdomain');
    manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: lost, namespace: nowhere}}');
    expect((await kubectl.run(['create', '-f', bad])).stderr).toContain('namespaces "nowhere" not found');
    manifest('{apiVersion: v1, kind: Pod, metadata: {name: empty}, spec: {containers: []}}');
    expect((await kubectl.run(['create', '--validate=false', '-f', bad])).stderr).toContain(
      'spec.containers',
    );
    manifest('{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}');
    expect((await kubectl.run(['create', '-f', bad])).stderr).toMatch(/no matches for kind "Deployment"/);
  });

  it('makes namespaces, config maps and secrets by command, and empties what it deletes', async () => {
    expect((await kubectl.run(['create', 'namespace', 'short-lived'])).stdout).toContain('created');
    const made = await kubectl.run(['-n', 'short-lived', 'create', 'cm', 'c', '--from-literal=k=v "ü"']);
    expect(made.stdout).toContain('created');
    await kubectl.run(['-n', 'short-lived', 'create', 'secret', 'generic', 's', '--from-literal=k=v']);
    const read = await kubectl.run([
      '-n',
      'short-lived',
      'get',
      'cm/c',
      'secret/s',
      '-o',
      'jsonpath={.items[*].data.k}',
    ]);
    expect(read.stdout).toBe('v "ü" dg==');
    expect((await kubectl.run(['delete', 'namespace', 'short-lived'])).stdout).toContain('deleted');
    expect((await kubectl.run(['get', 'cm', '-A', '-o', 'name'])).stdout).not.toContain('configmap/c\n');
  });

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
    const path = manifest(
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

  it('answers through the proxy of kubectl', async () => {
    const proxy = kubectl.start(['proxy', '--port=0']);
    const output = await outputMatching(proxy, /Starting to serve on 127\.0\.0\.1:\d+/);
    const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/demo/configmaps/shop`);
    expect(await answer.json()).toMatchObject({ kind: 'ConfigMap', data: { currency: 'EUR' } });
    proxy.kill();
  });

  it('tells watchers of changes', async () => {
    const watch = kubectl.start(['get', 'cm', '-w', '-o', 'name']);
    const seen = outputMatching(watch, /configmap\/watched/);
    await kubectl.run(['create', 'cm', 'watched', '--from-literal=a=b']);
    expect(await seen).toContain('configmap/watched');
    watch.kill();
  });

  it('gives a group no more than its role', async () => {
    identity = { user: 'vera', groups: ['viewers', 'system:authenticated'] };
    try {
      expect((await kubectl.run(['get', 'pods'])).code).toBe(0);
      const refused = await kubectl.run(['delete', 'pod', 'web-1']);
      expect(refused.stderr).toContain(
        'pods "web-1" is forbidden: User "vera" cannot delete resource "pods" in API group "" in the namespace "demo"',
      );
      const exec = await kubectl.run(['exec', 'web-1', '--', 'true']);
      expect(exec.code).not.toBe(0);
      expect((await kubectl.run(['get', 'secrets'])).stderr).toContain('secrets is forbidden');
      expect((await kubectl.run(['auth', 'can-i', 'list', 'pods'])).stdout).toBe('yes\n');
      expect((await kubectl.run(['auth', 'can-i', 'delete', 'pods'])).stdout).toBe('no\n');
    } finally {
      identity = { user: 'ann', groups: ['system:masters'] };
    }
  });
});
