import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Client, createClient } from '@connectrpc/connect';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { openAuthConnection } from '../main/protocol/client/auth-connection.ts';
import { signInWithPassword } from '../main/protocol/client/login.ts';
import { findProxy, WebApi } from '../main/protocol/client/web-api.ts';
import { AuthService } from '../main/protocol/codec/gen/auth/authservice_pb.js';
import { encodePublicKey, formatAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';
import { parseTunnelSubject } from '../main/protocol/codec/tls/tunnel-subject.ts';
import { parseUserTlsCertificate } from '../main/protocol/codec/tls/user-certificate.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { Pose } from './pose.ts';
import { makeUser } from './users.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(pose: Pose = 'v18'): Promise<{ cluster: Cluster; auth: Client<typeof AuthService> }> {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    pose,
    users: [user],
    roles: [
      {
        name: 'developer',
        logins: ['alice'],
        serverLabels: { '*': ['*'] },
        databaseUsers: ['reader'],
        databaseNames: ['*'],
        kubernetesGroups: ['viewers', 'editors'],
        kubernetesUsers: ['alice'],
      },
    ],
    resources: [{ kind: 'kube_cluster', id: 'stage', name: 'stage', address: '', labels: {} }],
  });
  closers.push(() => cluster.stop());
  const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
  const { address, ping } = await findProxy(cluster.address, trust);
  const identity = await signInWithPassword(new WebApi({ address, trust }), ping, {
    userName: 'alice',
    password: user.password,
    oneTimeCode: cluster.core.users.currentCode('alice'),
  });
  const connection = await openAuthConnection({ address, identity });
  closers.push(() => connection.dispose());
  return { cluster, auth: createClient(AuthService, connection.transport) };
}

function keysFor(pose: Pose) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
  const line = Buffer.from(formatAuthorizedKey(encodePublicKey(privateKey)));
  return pose === 'v18' ? { tlsPublicKey: pem } : { publicKey: line };
}
const inAnHour = () => timestampFromDate(new Date(Date.now() + 3_600_000));
const base = () => ({ username: 'alice', expires: inAnHour(), routeToCluster: 'test.porthole' });

describe.each(['v11', 'v15', 'v18'] as const)('a cluster that poses as %s', (pose) => {
  it('issues certificates for a database, a Kubernetes cluster and an app', async () => {
    const { auth } = await start(pose);
    const subjectOf = async (request: object) => {
      const { tls } = await auth.generateUserCerts({ ...base(), ...keysFor(pose), ...request });
      return parseTunnelSubject(Buffer.from(tls).toString());
    };
    const database = await subjectOf({
      usage: 3,
      requesterName: 1,
      routeToDatabase: { serviceName: 'no-such-db', protocol: 'postgres', username: '#1 "ann"' },
    });
    expect(database).toMatchObject({
      usage: 'db',
      database: { service: 'no-such-db', protocol: 'postgres', user: '#1 "ann"', database: '' },
      databaseUsers: ['reader'],
      databaseNames: ['*'],
      kubernetesCluster: pose === 'v18' ? '' : 'stage',
    });
    expect(await subjectOf({ usage: 2, kubernetesCluster: 'stage' })).toMatchObject({
      usage: 'kube',
      kubernetesCluster: 'stage',
      kubernetesUsers: ['alice'],
      kubernetesGroups: ['editors', 'viewers'],
    });
    const session = await auth.createAppSession({ username: 'alice', publicAddr: 'web.localhost' });
    const sessionId = session.session?.metadata?.name ?? '';
    const app = await subjectOf({
      usage: 4,
      routeToApp: { name: 'web', publicAddr: 'web.localhost', sessionId, targetPort: 7 },
    });
    expect(app.app).toMatchObject({ name: 'web', publicAddress: 'web.localhost' });
    expect(app.app?.sessionId === sessionId).toBe(pose !== 'v18');
    expect(app.app?.targetPort).toBe(pose === 'v18' ? 7 : undefined);
  });
});

describe('certificates of tunnels', () => {
  it('end with the session, and single ones after a minute unless a local proxy keeps them', async () => {
    const { cluster, auth } = await start();
    const lifeOf = async (request: object) => {
      const { tls } = await auth.generateUserCerts({
        ...base(),
        expires: timestampFromDate(new Date(Date.now() + 1_000 * 3_600_000)),
        ...keysFor('v18'),
        usage: 3,
        routeToDatabase: { serviceName: 'pg', protocol: 'postgres' },
        ...request,
      });
      const { validUntil } = parseUserTlsCertificate(Buffer.from(tls).toString());
      return (validUntil.getTime() - cluster.core.now().getTime()) / 60_000;
    };
    expect(await lifeOf({ purpose: 2 })).toBeLessThanOrEqual(1);
    expect(await lifeOf({ purpose: 2, requesterName: 1 })).toBeGreaterThan(60);
    expect(await lifeOf({})).toBeLessThan(24 * 60);
  });

  it.each([
    ['for somebody else', { username: 'bob' }, /access denied/],
    ['without an end', { expires: undefined }, /credentials have expired/],
    ['for another cluster', { routeToCluster: 'elsewhere' }, /not found/],
    ['without a key', { tlsPublicKey: new Uint8Array() }, /must provide a public key/],
    ['with a broken key', { tlsPublicKey: Buffer.from('nonsense') }, /public key/],
    ['for an unknown Kubernetes cluster', { usage: 2, kubernetesCluster: 'x' }, /"x" is not registered/],
    ['for a database without a name', { usage: 3 }, /ServiceName/],
    ['for an unknown use', { usage: 99 }, /usage/],
  ])('are refused %s', async (_what, request, message) => {
    const { auth } = await start();
    await expect(auth.generateUserCerts({ ...base(), ...keysFor('v18'), ...request })).rejects.toThrow(
      message,
    );
  });
});
