import { generateKeyPairSync } from 'node:crypto';
import { request } from 'node:https';
import { noGrant } from '../../main/protocol/codec/tls/grant-subject.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import type { TunnelRoute } from '../core.ts';
import { demoObjects } from '../kube/demo-objects.ts';
import type { KubernetesOptions } from '../kube-clusters.ts';
import type { Pose } from '../pose.ts';
import type { Role } from '../roles.ts';
import { makeUser } from '../users.ts';
import { Kubectl } from './kubectl.ts';

export const serverName = 'kube-teleport-proxy-alpn.teleport.cluster.local';
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

/** A cluster with these Kubernetes clusters, whose users bear the names of its roles. */
export async function startKubeCluster(
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

/** A certificate for one Kubernetes cluster; one without a route for an empty name. */
export async function identityFor(
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

/** One request through the proxy. */
export function ask(
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

export const kubectlFor = (cluster: Cluster, { certificate, key }: Identity) =>
  new Kubectl({
    server: `https://127.0.0.1:${cluster.port}`,
    serverName,
    caPem: cluster.core.hostAuthority.tls.pem,
    certificatePem: certificate,
    keyPem: key,
  });

/** The Kubernetes cluster in memory that most tests need. */
export const labKube = {
  name: 'lab-kube',
  labels: { env: 'lab' },
  api: { kind: 'embedded', objects: demoObjects() },
} as const;
