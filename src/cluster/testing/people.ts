import { createPublicKey } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Client, createClient } from '@connectrpc/connect';
import { openAuthConnection } from '../../main/protocol/client/auth-connection.ts';
import { signInWithPassword } from '../../main/protocol/client/login.ts';
import { findProxy, WebApi } from '../../main/protocol/client/web-api.ts';
import {
  AuthService,
  type UserCertsRequestSchema,
} from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import type { AccountIdentity } from '../../main/protocol/codec/identity.ts';
import { encodePublicKey, formatAuthorizedKey } from '../../main/protocol/codec/ssh/keys.ts';
import { parseSshCertificateLine } from '../../main/protocol/codec/ssh/certificate.ts';
import { parseUserTlsCertificate } from '../../main/protocol/codec/tls/user-certificate.ts';
import type { Cluster } from '../cluster.ts';
import type { ClusterUser } from '../users.ts';

/** A signed-in user of a test, with the auth API at hand. */
export interface Person {
  readonly identity: AccountIdentity;
  readonly client: Client<typeof AuthService>;
  /** `GenerateUserCerts` for the keys of the login. */
  reissue(
    change: Omit<MessageInitShape<typeof UserCertsRequestSchema>, '$typeName'>,
  ): ReturnType<Client<typeof AuthService>['generateUserCerts']>;
  /** The same person with the certificates of an answer. */
  with(issued: { readonly ssh: Uint8Array; readonly tls: Uint8Array }): Promise<Person>;
  dispose(): void;
}

/** Signs a user in with password and code, as the app does. */
export async function signIn(cluster: Cluster, user: ClusterUser): Promise<Person> {
  const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
  const { address, ping } = await findProxy(cluster.address, trust);
  const web = new WebApi({ address, trust });
  const oneTimeCode = cluster.core.users.currentCode(user.name);
  const login = { userName: user.name, password: user.password, oneTimeCode };
  return connect(cluster, await signInWithPassword(web, ping, login));
}

async function connect(cluster: Cluster, identity: AccountIdentity): Promise<Person> {
  const connection = await openAuthConnection({
    address: { host: 'localhost', port: cluster.port },
    identity,
  });
  const client = createClient(AuthService, connection.transport);
  const { userName, validUntil } = parseUserTlsCertificate(identity.tlsCertificate);
  const sshLine = Buffer.from(formatAuthorizedKey(encodePublicKey(identity.sshKey)));
  const keys = cluster.core.pose.splitKeys
    ? {
        sshPublicKey: sshLine,
        tlsPublicKey: Buffer.from(createPublicKey(identity.tlsKey).export({ type: 'spki', format: 'pem' })),
      }
    : { publicKey: sshLine };
  return {
    identity,
    client,
    reissue: (change) =>
      client.generateUserCerts({
        username: userName,
        expires: timestampFromDate(validUntil),
        routeToCluster: cluster.name,
        ...keys,
        ...change,
      }),
    with: (issued) =>
      connect(cluster, {
        ...identity,
        ...(issued.tls.length > 0 ? { tlsCertificate: Buffer.from(issued.tls).toString() } : {}),
        ...(issued.ssh.length > 0
          ? { sshCertificate: parseSshCertificateLine(Buffer.from(issued.ssh).toString()) }
          : {}),
      }),
    dispose: () => connection.dispose(),
  };
}
