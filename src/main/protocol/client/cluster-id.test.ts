import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from '../../../cluster/cluster.ts';
import type { Pose } from '../../../cluster/pose.ts';
import { makeUser } from '../../../cluster/users.ts';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { AccountConnections } from '../../clusters/connections.ts';
import { parseAddress } from '../net/address.ts';
import { parseClusterId } from './cluster-id.ts';
import { signInWithPassword } from './login.ts';
import { WebApi } from './web-api.ts';

const nobody = { name: 'nobody', logins: [], serverLabels: {} };
let cluster: Cluster | undefined;
afterEach(() => cluster?.stop());

describe('the id of a cluster', () => {
  it.each<Pose>(['v11', 'v15', 'v18'])('is told by %s', async (pose) => {
    const user = makeUser('alice', ['nobody']);
    cluster = await createCluster({ name: 'id.example', pose, users: [user], roles: [nobody] });
    const address = parseAddress(cluster.address);
    const web = new WebApi({ address, trust: { kind: 'ca', pem: cluster.webCaPem } });
    const identity = await signInWithPassword(web, await web.ping(), {
      userName: 'alice',
      password: user.password,
      oneTimeCode: cluster.core.users.currentCode('alice'),
    });
    const connections = new AccountConnections({
      address,
      sshAddress: undefined,
      identity,
      onState: () => undefined,
    });
    expect(await connections.clusterId()).toBe(cluster.core.clusterId);
    connections.dispose();
  });

  it('in a malformed answer is a coded error', () => {
    const json = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => `{"spec":${text}}`),
    );
    fc.assert(
      fc.property(json, (body) => {
        try {
          expect(typeof parseClusterId(body)).toBe('string');
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
