import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import v11 from '../main/protocol/fixtures/tunnels/v11/kube-http.json' with { type: 'json' };
import v18 from '../main/protocol/fixtures/tunnels/v18/kube-http.json' with { type: 'json' };
import type { Cluster } from './cluster.ts';
import { ask, identityFor, kubectlFor, labKube, serverName, startKubeCluster } from './testing/kube-proxy.ts';
import { outputMatching } from './testing/kubectl.ts';

describe.each([
  ['v11', v11],
  ['v18', v18],
] as const)('the Kubernetes side of a proxy that poses as %s', (pose, fixture) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startKubeCluster(pose, [labKube]);
  });
  afterAll(() => cluster.stop());

  const recorded = (name: string) => {
    const response = fixture.cases.find((entry) => entry.name === name)?.response_text ?? '';
    const [head = '', ...body] = response.split('\r\n\r\n');
    return { code: Number(head.split(' ')[1]), body: body.join('\r\n\r\n') };
  };

  it.each([
    ['impersonate-group-refused', 'lab', { 'Impersonate-Group': 'admins' }],
    ['impersonate-user-refused', 'lab', { 'Impersonate-User': 'root' }],
    ['impersonate-extra-refused', 'lab', { 'Impersonate-Extra-a': 'b' }],
    ['two-users-none-chosen', 'two', {}],
    ['no-access', 'none', {}],
    ['mfa-required', 'mfa', {}],
  ])('refuses as a real one: %s', async (name, user, headers) => {
    const identity = await identityFor(cluster, user, 'lab-kube');
    const wanted = recorded(name);
    const got = await ask(cluster, identity, '/api/v1/namespaces', headers);
    expect(got.code).toBe(wanted.code);
    expect(JSON.parse(got.body)).toEqual(JSON.parse(wanted.body));
  });

  it('refuses a client without a certificate, and the version to one without access', async () => {
    const wanted = recorded('no-certificate');
    const got = await ask(cluster, undefined, '/api/v1/namespaces');
    expect([got.code, JSON.parse(got.body)]).toEqual([wanted.code, JSON.parse(wanted.body)]);
    const version = await ask(cluster, await identityFor(cluster, 'none', 'lab-kube'), '/version');
    expect(version).toEqual(recorded('no-access-version'));
  });

  it('lets a client choose among its users and groups', async () => {
    const identity = await identityFor(cluster, 'two', 'lab-kube');
    const { code } = await ask(cluster, identity, '/api/v1/namespaces', { 'Impersonate-User': 'ann' });
    expect(code).toBe(200);
    const masters = await identityFor(cluster, 'lab', 'lab-kube');
    const limited = await ask(cluster, masters, '/api/v1/namespaces', {
      'Impersonate-Group': 'system:authenticated',
    });
    expect(JSON.parse(limited.body)).toMatchObject({
      code: 403,
      message: expect.stringContaining('is forbidden'),
    });
  });

  it('routes a plain certificate as its version does', async () => {
    const plain = await identityFor(cluster, 'lab', '');
    const path = '/v1/teleport/bGFiLmV4YW1wbGU/bGFiLWt1YmU/version';
    const direct = await ask(cluster, plain, '/api/v1/namespaces');
    const routed = await ask(cluster, plain, path);
    if (pose === 'v11') {
      expect(direct.code).toBe(200);
      expect(routed.code).toBe(404);
      return;
    }
    expect(JSON.parse(direct.body)).toEqual(JSON.parse(recorded('user-certificate').body));
    expect(JSON.parse(routed.body)).toMatchObject({ major: '1' });
    const certified = await identityFor(cluster, 'lab', 'lab-kube');
    const contradiction = await ask(cluster, certified, '/v1/teleport/bGFiLmV4YW1wbGU/b3RoZXI/api');
    expect(JSON.parse(contradiction.body)).toEqual(JSON.parse(recorded('path-routing-contradiction').body));
  });

  it('answers to its server names only', async () => {
    const identity = await identityFor(cluster, 'lab', 'lab-kube');
    const old = ask(cluster, identity, '/version', {}, 'kube.teleport.cluster.local');
    if (pose === 'v11') expect((await old).code).toBe(200);
    else await expect(old).rejects.toThrow(/certificate/);
    const socket = connect({
      host: '127.0.0.1',
      port: cluster.port,
      servername: serverName,
      ca: cluster.core.hostAuthority.tls.pem,
      ALPNProtocols: ['teleport-x'],
    });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  });
});

describe('Kubernetes behind the proxy', () => {
  it('serves kubectl', async () => {
    const cluster = await startKubeCluster('v18', [labKube]);
    onTestFinished(() => cluster.stop());
    const kubectl = kubectlFor(cluster, await identityFor(cluster, 'lab', 'lab-kube'));
    onTestFinished(() => kubectl.dispose());
    expect((await kubectl.run(['get', 'pods'])).stdout).toContain('web-1');
    for (const webSocket of ['true', 'false']) {
      const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket };
      const exec = await kubectl.run(['exec', '-i', 'web-1', '--', 'cat'], {
        input: 'through the proxy',
        env,
      });
      expect(exec.stdout).toBe('through the proxy');
    }
    const follow = kubectl.start(['logs', '-f', 'worker-1']);
    await outputMatching(follow, /job \d+ done/);
    const closed = once(follow, 'close');
    await cluster.suspend();
    await closed;
    await cluster.resume();
    expect((await kubectl.run(['get', 'pods'])).code).toBe(0);
  });

  it('refuses an expired certificate and one of a locked user', async () => {
    let now = new Date();
    const cluster = await startKubeCluster('v18', [labKube], () => now);
    onTestFinished(() => cluster.stop());
    const short = await identityFor(cluster, 'lab', 'lab-kube', 60_000);
    const long = await identityFor(cluster, 'lab', 'lab-kube');
    expect((await ask(cluster, short, '/version')).code).toBe(200);
    now = new Date(now.getTime() + 120_000);
    await expect(ask(cluster, short, '/version')).rejects.toThrow();
    cluster.core.lock('lab', 'gone');
    expect(JSON.parse((await ask(cluster, long, '/api')).body)).toMatchObject({
      code: 403,
      message: '[00] access denied',
    });
  });

  it('says that a cluster that is only listed is offline', async () => {
    const cluster = await startKubeCluster('v18', []);
    onTestFinished(() => cluster.stop());
    cluster.core.inventory.add([{ kind: 'kube_cluster', id: 'far', name: 'far', address: '', labels: {} }]);
    const { code, body } = await ask(cluster, await identityFor(cluster, 'lab', 'far'), '/api');
    expect(code).toBe(503);
    expect(body).toContain('is offline');
  });
});
