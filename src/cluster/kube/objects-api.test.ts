import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApiServer, master, startKubeApi } from '../testing/kube-api-server.ts';
import { type Kubectl, outputMatching } from '../testing/kubectl.ts';

describe('objects of the Kubernetes API', () => {
  let served: KubeApiServer;
  let kubectl: Kubectl;

  beforeAll(async () => {
    served = await startKubeApi();
    kubectl = served.kubectl;
  });
  afterAll(() => served.stop());

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
    const path = served.manifest(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "1", b: "2"}}',
    );
    expect((await kubectl.run(['apply', '-f', path])).stdout).toBe('configmap/settings created\n');
    expect((await kubectl.run(['apply', '-f', path])).stdout).toBe('configmap/settings unchanged\n');
    served.manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "3", c: "4"}}');
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
    const path = served.manifest(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: "1", b: "2"}}',
    );
    const apply = (...args: string[]) => kubectl.run(['apply', '--server-side', '-f', path, ...args]);
    expect((await apply()).stdout).toContain('serverside-applied');
    served.manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: "1"}}');
    await apply();
    const data = () => kubectl.run(['get', 'cm', 'shared', '-o', 'jsonpath={.data}']);
    expect(JSON.parse((await data()).stdout)).toEqual({ a: '1' });
    served.manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: "9"}}');
    const refused = await apply('--field-manager=other');
    expect(refused.stderr).toContain('conflict with "kubectl": .data.a');
    expect((await apply('--field-manager=other', '--force-conflicts')).code).toBe(0);
    expect(JSON.parse((await data()).stdout)).toEqual({ a: '9' });
  });

  it('refuses what is not valid, with the words of Kubernetes', async () => {
    const bad = served.manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: Bad_Name}, data: {}}');
    expect((await kubectl.run(['apply', '-f', bad])).stderr).toContain('a lowercase RFC 1123 subdomain');
    served.manifest('{apiVersion: v1, kind: ConfigMap, metadata: {name: lost, namespace: nowhere}}');
    expect((await kubectl.run(['create', '-f', bad])).stderr).toContain('namespaces "nowhere" not found');
    served.manifest('{apiVersion: v1, kind: Pod, metadata: {name: empty}, spec: {containers: []}}');
    expect((await kubectl.run(['create', '--validate=false', '-f', bad])).stderr).toContain(
      'spec.containers',
    );
    served.manifest('{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}');
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
    served.caller.identity = { user: 'vera', groups: ['viewers', 'system:authenticated'] };
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
      served.caller.identity = master;
    }
  });
});
