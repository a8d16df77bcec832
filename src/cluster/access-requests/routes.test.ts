import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { parseGrantSubject } from '../../main/protocol/codec/tls/grant-subject.ts';
import { parseUserTlsCertificate } from '../../main/protocol/codec/tls/user-certificate.ts';
import { type Cluster, type CreateClusterOptions, createCluster } from '../cluster.ts';
import { type Person, signIn } from '../testing/people.ts';
import { makeUser } from '../users.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work();
});

const users = [
  makeUser('alice', ['requester']),
  makeUser('bob', ['reviewer']),
  makeUser('carol', ['reviewer']),
  makeUser('root', ['admin']),
];

async function start(options: Partial<CreateClusterOptions> = {}): Promise<Cluster> {
  const cluster = await createCluster({
    name: 'requests.porthole',
    users,
    roles: [
      {
        name: 'requester',
        logins: ['nobody'],
        serverLabels: {},
        request: {
          roles: ['dba', 'prod'],
          searchAsRoles: ['prod'],
          thresholds: [{ name: 'two eyes', filter: '', approve: 2, deny: 1 }],
          suggestedReviewers: ['bob', 'carol'],
        },
      },
      { name: 'dba', logins: ['dba'], serverLabels: { tier: ['data'] } },
      { name: 'prod', logins: ['deploy'], serverLabels: { env: ['prod'] } },
      { name: 'reviewer', logins: [], serverLabels: {}, reviewRequests: { roles: ['*'] } },
      {
        name: 'admin',
        logins: [],
        serverLabels: {},
        rules: [{ resources: ['access_request'], verbs: ['*'] }],
      },
    ],
    resources: [
      { kind: 'node', id: nodes.a, name: 'a', address: '127.0.0.1:2', labels: { env: 'prod' } },
      { kind: 'node', id: nodes.b, name: 'b', address: '127.0.0.1:2', labels: { env: 'prod' } },
    ],
    ...options,
  });
  undo.push(() => cluster.stop());
  return cluster;
}
const nodes = { a: randomUUID(), b: randomUUID() };

async function connectAs(cluster: Cluster, userName: string): Promise<Person> {
  const user = users.find((one) => one.name === userName);
  if (!user) throw new Error('no such user');
  const person = await signIn(cluster, user);
  undo.push(() => person.dispose());
  return person;
}

async function everyone(cluster: Cluster) {
  const alice = await connectAs(cluster, 'alice');
  const bob = await connectAs(cluster, 'bob');
  const carol = await connectAs(cluster, 'carol');
  return { alice, bob, carol };
}

const draft = (spec: object) => ({
  kind: 'access_request',
  version: 'v3',
  metadata: { name: randomUUID() },
  spec: { user: 'alice', state: 1, ...spec },
});

describe('access requests over the wire', () => {
  it('are made, approved by two, assumed and dropped', async () => {
    const cluster = await start();
    const { alice, bob, carol } = await everyone(cluster);
    const made = await alice.client.createAccessRequestV2(draft({ roles: ['dba'], requestReason: 'why' }));
    const id = made.metadata?.name ?? '';
    await expect(alice.reissue({ accessRequests: [id] })).rejects.toMatchObject({
      code: 7,
      rawMessage: `access request "${id}" is awaiting approval`,
    });
    const first = await bob.client.submitAccessReview({ requestId: id, review: { proposedState: 2 } });
    expect(first.spec?.state).toBe(1);
    const second = await carol.client.submitAccessReview({ requestId: id, review: { proposedState: 2 } });
    expect(second.spec?.state).toBe(2);
    const issued = await alice.reissue({ accessRequests: [id] });
    const pem = Buffer.from(issued.tls).toString();
    expect(parseUserTlsCertificate(pem).roles.toSorted()).toEqual(['dba', 'requester']);
    expect(parseGrantSubject(pem).activeRequests).toEqual([id]);
    const dropped = await alice.reissue({ dropAccessRequests: ['*'] });
    expect(parseUserTlsCertificate(Buffer.from(dropped.tls).toString()).roles).toEqual(['requester']);
  });

  it('for a resource open that resource alone', async () => {
    const cluster = await start();
    const alice = await connectAs(cluster, 'alice');
    const bob = await connectAs(cluster, 'bob');
    const carol = await connectAs(cluster, 'carol');
    const before = await alice.client.listUnifiedResources({ limit: 10, includeRequestable: true });
    expect(before.resources.map((one) => one.requiresRequest)).toEqual([true, true]);
    const made = await alice.client.createAccessRequestV2(
      draft({ requestedResourceIds: [{ clusterName: cluster.name, kind: 'node', name: nodes.a }] }),
    );
    expect(made.spec?.roles).toEqual(['prod']);
    const requestId = made.metadata?.name ?? '';
    await bob.client.submitAccessReview({ requestId, review: { proposedState: 2 } });
    await carol.client.submitAccessReview({ requestId, review: { proposedState: 2 } });
    const issued = await alice.reissue({ accessRequests: [requestId] });
    const assumed = await alice.with(issued);
    undo.push(() => assumed.dispose());
    const after = await assumed.client.listUnifiedResources({ limit: 10, includeRequestable: true });
    expect(
      after.resources.map(({ resource, requiresRequest }) => [
        resource.case === 'node' ? resource.value.spec?.hostname : '',
        requiresRequest,
      ]),
    ).toEqual([
      ['a', false],
      ['b', true],
    ]);
    const plain = await assumed.client.listUnifiedResources({ limit: 10 });
    expect(plain.resources).toHaveLength(1);
  });

  it('are told of as they change, and end when they are deleted', async () => {
    const cluster = await start();
    const { alice, bob, carol } = await everyone(cluster);
    const root = await connectAs(cluster, 'root');
    const end = new AbortController();
    undo.push(() => end.abort());
    const watching = alice.client.watchEvents(
      { kinds: [{ kind: 'access_request', filter: { user: 'alice' } }] },
      { signal: end.signal },
    );
    const events = watching[Symbol.asyncIterator]();
    expect((await events.next()).value?.resource.case).toBe('watchStatus');
    const made = await alice.client.createAccessRequestV2(draft({ roles: ['dba'] }));
    const requestId = made.metadata?.name ?? '';
    await bob.client.submitAccessReview({ requestId, review: { proposedState: 2 } });
    await carol.client.submitAccessReview({ requestId, review: { proposedState: 2 } });
    await root.client.deleteAccessRequest({ id: requestId });
    const seen: unknown[] = [];
    for (let count = 0; count < 4; count++) {
      const { resource } = (await events.next()).value ?? {};
      seen.push(resource?.case === 'accessRequest' ? resource.value.spec?.state : resource?.case);
    }
    expect(seen).toEqual([1, 1, 2, 'resourceHeader']);
    await expect(alice.reissue({ accessRequests: [requestId] })).rejects.toMatchObject({ code: 5 });
  });

  it.each([
    ['no kinds', { kinds: [] }, 7, "can't setup global watch"],
    [
      'all requests',
      { kinds: [{ kind: 'access_request' }] },
      7,
      'access denied to perform action "read" on "access_request"',
    ],
    [
      'nothing allowed',
      { kinds: [{ kind: 'user' }], allowPartialSuccess: true },
      3,
      'none of the requested kinds can be watched',
    ],
    [
      'an unknown filter',
      { kinds: [{ kind: 'access_request', filter: { user: 'alice', nope: 'x' } }] },
      3,
      'unknown filter key nope',
    ],
  ] as const)('cannot be watched: %s', async (_name, watch, code, rawMessage) => {
    const cluster = await start();
    const alice = await connectAs(cluster, 'alice');
    const events = alice.client.watchEvents(structuredClone(watch) as never)[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ code, rawMessage });
  });
});
