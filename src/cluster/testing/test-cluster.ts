import { userInfo } from 'node:os';
import { onTestFinished } from 'vitest';
import { AuthApi, type ListQuery } from '../../main/protocol/client/auth-api.ts';
import { openAuthConnection } from '../../main/protocol/client/auth-connection.ts';
import { signInWithPassword } from '../../main/protocol/client/login.ts';
import { findProxy, WebApi } from '../../main/protocol/client/web-api.ts';
import type { AccountIdentity } from '../../main/protocol/codec/identity.ts';
import { type CreateClusterOptions, createCluster } from '../cluster.ts';
import { makeUser } from '../users.ts';

/** The login that the local node of the cluster gives. */
export const account = userInfo().username;

/** A cluster with one server, this machine, and what its user alice needs to sign in. */
export async function startCluster(options: Partial<CreateClusterOptions> = {}) {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [{ name: 'developer', logins: [account, 'other'], serverLabels: { env: ['test'] } }],
    localNode: { hostname: 'workbench', labels: { env: 'test' } },
    ...options,
  });
  onTestFinished(() => cluster.stop());
  const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
  const { address, ping } = await findProxy(cluster.address, trust);
  const web = new WebApi({ address, trust });
  const signIn = (password = user.password, oneTimeCode = cluster.core.users.currentCode('alice')) =>
    signInWithPassword(web, ping, { userName: 'alice', password, oneTimeCode });
  return { cluster, address, ping, web, signIn };
}

export const query: ListQuery = {
  kinds: [],
  keywords: [],
  labels: {},
  predicate: '',
  sort: { field: 'name', descending: false },
  limit: 100,
};

/** What the cluster lists for one identity. */
export async function list(
  address: { host: string; port: number },
  identity: AccountIdentity,
  change: Partial<ListQuery> = {},
) {
  const connection = await openAuthConnection({ address, identity });
  try {
    return await new AuthApi(connection.transport).list({ ...query, ...change });
  } finally {
    connection.dispose();
  }
}
