import { describe, expect, it } from 'vitest';
import { AuthApi } from '../main/protocol/client/auth-api.ts';
import { openAuthConnection } from '../main/protocol/client/auth-connection.ts';
import type { ClusterResource } from './inventory.ts';
import { query, startCluster } from './testing/test-cluster.ts';

describe('100,000 servers', () => {
  it('are paged without gaps or repetitions, searched and sorted', async () => {
    const servers: ClusterResource[] = Array.from({ length: 100_000 }, (_, index) => ({
      kind: 'node',
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `host-${index % 50_000}`,
      address: '127.0.0.1:2',
      labels: { env: 'test', rack: String(index % 100) },
    }));
    const { address, signIn } = await startCluster({ resources: servers });
    const identity = await signIn();
    const connection = await openAuthConnection({ address, identity });
    const api = new AuthApi(connection.transport);
    const seen = new Set<string>();
    let startKey: string | undefined;
    do {
      const page = await api.list({ ...query, limit: 1_000, startKey });
      for (const item of page.items) seen.add(item.id);
      startKey = page.nextKey;
    } while (startKey !== undefined);
    expect(seen.size).toBe(100_001);
    expect(
      (await api.list({ ...query, keywords: ['host-4999'], labels: { rack: '99' } })).items.length,
    ).toBeGreaterThan(0);
    expect((await api.list({ ...query, predicate: 'name == "host-7"' })).items).toHaveLength(2);
    expect((await api.list({ ...query, sort: { field: 'name', descending: true } })).items[0]?.name).toBe(
      'workbench',
    );
    connection.dispose();
  });
});
