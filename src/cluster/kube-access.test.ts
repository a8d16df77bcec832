import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import v11 from '../main/protocol/fixtures/tunnels/v11/kube-http.json' with { type: 'json' };
import v18 from '../main/protocol/fixtures/tunnels/v18/kube-http.json' with { type: 'json' };
import { noGrant } from '../main/protocol/codec/tls/grant-subject.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { TunnelRoute } from './core.ts';
import { KubeApi } from './kube/kube-api.ts';
import { demoObjects } from './kube/demo-objects.ts';
import type { KubernetesOptions } from './kube-clusters.ts';
import type { Pose } from './pose.ts';
import type { Role } from './roles.ts';
import { Kubectl, outputMatching } from './testing/kubectl.ts';
import { makeUser } from './users.ts';

const serverName = 'kube-teleport-proxy-alpn.teleport.cluster.local';
const roleOf = (name: string, more: Partial<Role>): Role => ({
  name,
  logins: ['root'],
  serverLabels: { '*': ['*'] },
  ...more,
});
const roles: Role[] = [
  roleOf('lab', { kubernetesGroups: ['system:masters'] }),
  roleOf('two', { kubernetesGroups: ['viewers'], kubernetesUsers: ['ann', 'ben'] }),
  roleOf('none', { kubernetesLabels: {}, kubernetesGroups: ['system:masters'] }),
  roleOf('mfa', { kubernetesGroups: ['system:masters'], requireSessionMfa: true }),
];

interface Identity {
  readonly certificate: string;
  readonly key: string;
}

async function start(
  pose: Pose,
  kubernetes: readonly KubernetesOptions[],
  now?: () => Date,
): Promise<Cluster> {
  return createCluster({
    name: 'lab.example',
    pose,
    users: roles.map(({ name }) => makeUser(name, [name])),
    roles,
    kubernetes,
    ...(now ? { now } : {}),
  });
}

async function identityFor(
  cluster: Cluster,
  userName: string,
  kubernetesCluster: string,
  ttlMs = 3_600_000,
): Promise<Identity> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const route: TunnelRoute = { usage: 'kube', database: undefined, app: undefined, kubernetesCluster };
  const { tls } = await cluster.core.issueFor(
    { userName, roles: cluster.core.rolesOfUser(userName), grant: noGrant },
    { tls: publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    { ttlMs, ...(kubernetesCluster === '' ? {} : { route }) },
  );
  return { certificate: tls, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function ask(
  cluster: Cluster,
  identity: Identity | undefined,
  path: string,
  headers: Record<string, string> = {},
  sni = serverName,
): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: cluster.port,
      servername: sni,
      ca: cluster.core.hostAuthority.tls.pem,
      ...(identity ? { cert: identity.certificate, key: identity.key } : {}),
      path,
      headers,
      agent: false,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.once('end', () => resolve({ code: response.statusCode ?? 0, body }));
      response.once('error', reject);
    });
    outgoing.end();
  });
}

const kubectlFor = (cluster: Cluster, { certificate, key }: Identity) =>
  new Kubectl({
    server: `https://127.0.0.1:${cluster.port}`,
    serverName,
    caPem: cluster.core.hostAuthority.tls.pem,
    certificatePem: certificate,
    keyPem: key,
  });

const lab = {
  name: 'lab-kube',
  labels: { env: 'lab' },
  api: { kind: 'embedded', objects: demoObjects() },
} as const;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe.each([
  ['v11', v11],
  ['v18', v18],
] as const)('the Kubernetes side of a proxy that poses as %s', (pose, fixture) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start(pose, [lab]);
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
    const cluster = await start('v18', [lab]);
    closers.push(() => cluster.stop());
    const kubectl = kubectlFor(cluster, await identityFor(cluster, 'lab', 'lab-kube'));
    closers.push(() => kubectl.dispose());
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
    const cluster = await start('v18', [lab], () => now);
    closers.push(() => cluster.stop());
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
    const cluster = await start('v18', []);
    closers.push(() => cluster.stop());
    cluster.core.inventory.add([{ kind: 'kube_cluster', id: 'far', name: 'far', address: '', labels: {} }]);
    const { code, body } = await ask(cluster, await identityFor(cluster, 'lab', 'far'), '/api');
    expect(code).toBe(503);
    expect(body).toContain('is offline');
  });
});

describe('a context of a kubeconfig', () => {
  const upstream = new KubeApi({ objects: demoObjects() });
  const seen: { authorization: string | undefined; user: unknown; group: unknown }[] = [];
  let server: Server;
  let address: string;
  let kubectl: Kubectl;
  let cluster: Cluster;

  beforeAll(async () => {
    // An API server that takes one token and heeds impersonation.
    const identityOf = (headers: { readonly [name: string]: string | string[] | undefined }) => {
      seen.push({
        authorization: String(headers['authorization']),
        user: headers['impersonate-user'],
        group: headers['impersonate-group'],
      });
      const groups = String(headers['impersonate-group'] ?? '').split(', ');
      return { user: String(headers['impersonate-user']), groups };
    };
    server = createServer((incoming, response) =>
      upstream.serve(incoming, response, identityOf(incoming.headers)),
    );
    server.on('upgrade', (incoming, socket, head) =>
      upstream.upgrade(incoming, socket, head, identityOf(incoming.headers)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
    const own = new Kubectl({ server: address, token: 'agent-token' });
    cluster = await start('v18', [
      { name: 'mine', labels: {}, api: { kind: 'kubeconfig', path: own.kubeconfig, context: 'test' } },
    ]);
    own.dispose();
    kubectl = kubectlFor(cluster, await identityFor(cluster, 'lab', 'mine'));
  });
  afterAll(async () => {
    kubectl.dispose();
    await cluster.stop();
    upstream.stop();
    server.closeAllConnections();
    server.close();
  });

  it('is reached with its own credentials and the identity of the user', async () => {
    expect((await kubectl.run(['get', 'pods', '--token=forged'])).stdout).toContain('web-1');
    expect(seen.at(-1)).toEqual({
      authorization: 'Bearer agent-token',
      user: 'lab',
      group: 'system:masters, system:authenticated',
    });
  });

  it.each(['true', 'false'])('passes changed protocols on (WebSocket: %s)', async (webSocket) => {
    const exec = await kubectl.run(['exec', '-i', 'web-1', '--', 'sh', '-c', 'cat; exit 3'], {
      input: 'passed on',
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    });
    expect(exec.stdout).toBe('passed on');
    expect(exec.code).toBe(3);
    const refused = await kubectl.run(['exec', 'nothing', '--', 'true'], {
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    });
    expect(refused.stderr).toContain('"nothing" not found');
  });

  it.each([
    ['no context', { contexts: [], clusters: [], users: [] }, 'has no context'],
    [
      'another program',
      {
        contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { exec: { command: 'x' } } }],
      },
      'from another program',
    ],
    ['nothing of the kind', ['a'], 'cannot be read'],
  ])('is refused clearly when it cannot be used: %s', async (_name, content, reason) => {
    const path = join(kubectl.folder, 'broken.yaml');
    writeFileSync(path, stringify(content));
    const made = start('v18', [{ name: 'x', labels: {}, api: { kind: 'kubeconfig', path, context: 'a' } }]);
    await expect(made).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is reached over TLS with a client certificate, its own authority and server name', async () => {
    // The upstream is another cluster's proxy, which asks for all of these and heeds impersonation.
    const inner = await start('v18', [lab]);
    closers.push(() => inner.stop());
    const agent = kubectlFor(inner, await identityFor(inner, 'lab', 'lab-kube'));
    closers.push(() => agent.dispose());
    const outer = await start('v18', [
      { name: 'chained', labels: {}, api: { kind: 'kubeconfig', path: agent.kubeconfig } },
    ]);
    closers.push(() => outer.stop());
    const client = kubectlFor(outer, await identityFor(outer, 'lab', 'chained'));
    closers.push(() => client.dispose());
    expect((await client.run(['get', 'pods'])).stdout).toContain('web-1');
    const exec = await client.run(['exec', '-i', 'web-1', '--', 'cat'], { input: 'through both' });
    expect(exec.stdout).toBe('through both');
  });

  it('that is down gives an answer', async () => {
    const path = join(kubectl.folder, 'down.yaml');
    const down = new Kubectl({ server: 'https://127.0.0.1:1', token: 't' });
    closers.push(() => down.dispose());
    writeFileSync(path, 'unused');
    const far = await start('v18', [
      { name: 'down', labels: {}, api: { kind: 'kubeconfig', path: down.kubeconfig } },
    ]);
    closers.push(() => far.stop());
    const { code, body } = await ask(far, await identityFor(far, 'lab', 'down'), '/api');
    expect(code).toBe(503);
    expect(body).toContain('cannot be reached');
  });
});
