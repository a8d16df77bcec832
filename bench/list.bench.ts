import { AuthApi } from '../src/main/protocol/client/auth-api.ts';
import { openAuthConnection } from '../src/main/protocol/client/auth-connection.ts';
import { compare, inTurns, print } from './harness.ts';
import { setUp } from './ssh-setup.ts';

const rounds = 31;

/** The first page of a list of 100,000 servers against one of 100. */
async function prepare(count: number) {
  const bench = await setUp();
  bench.cluster.core.inventory.add(
    Array.from({ length: count }, (_, index) => ({
      kind: 'node' as const,
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `host-${index}`,
      address: '127.0.0.1:2',
      labels: { env: index % 3 === 0 ? 'prod' : 'stage', rack: String(index % 40) },
    })),
  );
  const connection = await openAuthConnection(bench);
  const api = new AuthApi(connection.transport);
  const page = async () => {
    const started = performance.now();
    await api.list({
      kinds: [],
      keywords: [],
      labels: {},
      predicate: '',
      sort: { field: 'name', descending: false },
      limit: 100,
    });
    return performance.now() - started;
  };
  return { page, stop: () => (connection.dispose(), bench.stop()) };
}

const many = await prepare(100_000);
const few = await prepare(100);
print([
  compare(
    'first page of 100,000 servers vs of 100',
    'ms',
    await inTurns(rounds, many.page, few.page),
    '≤ 1.2',
  ),
]);
await many.stop();
await few.stop();
