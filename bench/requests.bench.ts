import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Cluster } from '../src/cluster/cluster.ts';
import type { RequestQuery } from '../src/shared/contract/access-requests.ts';
import { administrator, draft, requestRoles, startRequestWorld } from '../src/main/testing/request-app.ts';
import { compare, inTurns, median, print } from './harness.ts';

const decisions = 100;
const rounds = 21;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const megabytes = () => {
  collect();
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

/** One approval decides. */
const roles = requestRoles.map((role) =>
  role.request ? { ...role, request: { ...role.request, thresholds: [] } } : role,
);

function fill(cluster: Cluster, count: number): void {
  const certificateEndMs = Date.now() + 3_600_000;
  for (let index = 0; index < count; index += 1)
    cluster.core.requests.create(
      { userName: 'alice', roles: [], certificateEndMs, activeRequests: [] },
      {
        id: crypto.randomUUID(),
        user: 'alice',
        roles: [index % 2 === 0 ? 'dba' : 'prod'],
        state: 'pending',
        requestReason: `Ticket ${index}: the disk of pg-${index % 40} is full`,
        resolveReason: '',
        hasResolveAnnotations: false,
        suggestedReviewers: [],
        resourceIds: [],
        loginHint: '',
        dryRun: false,
      },
    );
}

/** An app with a requester and two reviewers signed in, next to a cluster with so many requests. */
async function prepare(count: number) {
  let before = 0;
  const world = await startRequestWorld({
    cluster: { roles },
    prepare: (cluster) => {
      fill(cluster, count);
      before = megabytes();
    },
  });
  const { page, account, state } = world;
  while (Object.values(state().followings).filter(({ kind }) => kind === 'live').length < 3)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const query: RequestQuery = {
    accountUri: account.bob,
    scope: 'all',
    states: [],
    requester: '',
    kinds: [],
    text: '',
    sort: { field: 'created', descending: true },
    limit: 50,
  };
  const list = async () => {
    const started = performance.now();
    await page.api.requests.list(query);
    return performance.now() - started;
  };
  return { ...world, list, grown: megabytes() - before };
}

/** From the decision in the cluster to the requester's copy of the state. */
async function decide(world: Awaited<ReturnType<typeof prepare>>): Promise<number> {
  const { page, cluster, state, account } = world;
  const { uri, id } = await page.api.requests.create(draft(account.alice));
  await new Promise((resolve) => setTimeout(resolve, 30));
  const started = performance.now();
  cluster.core.requests.review('bob', id, {
    author: 'bob',
    state: 'approved',
    stateName: 'APPROVED',
    roles: [],
    reason: '',
    hasAnnotations: false,
  });
  while (state().requests[uri]?.state !== 'approved') await new Promise((resolve) => setImmediate(resolve));
  const elapsed = performance.now() - started;
  cluster.core.requests.delete(administrator, id);
  return elapsed;
}

// What is loaded once would count for the first app alone.
await (await prepare(1)).stop();
const few = await prepare(100);
const times: number[] = [];
for (let round = 0; round < decisions; round += 1) times.push(await decide(few));
const many = await prepare(10_000);
const page = await inTurns(rounds, many.list, few.list);
print([compare('first page of 10,000 access requests vs of 100', 'ms', page, '≤ 1.5')]);
process.stdout.write(
  `\ndecision at the server to the requester's state: median ${median(times).toFixed(1)} ms, worst of ${decisions} ${Math.max(...times).toFixed(1)} ms (goal < 250 ms)\n` +
    `app with three accounts: ${few.grown.toFixed(1)} MB of heap beside 100 requests, ${many.grown.toFixed(1)} MB beside 10,000\n`,
);
await many.stop();
await few.stop();
process.exit(0);
