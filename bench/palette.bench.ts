import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '../src/shared/contract/resources.ts';
import { formatAccountUri, formatResourceUri } from '../src/shared/uri/uri.ts';
import { createLoopbackHost } from '../src/main/loopback/loopback-host.ts';
import { silentLogger } from '../src/main/log/log.ts';
import { PaletteService } from '../src/main/palette/palette-service.ts';
import { Uses } from '../src/main/palette/uses.ts';
import { StateHub } from '../src/main/state/state-hub.ts';
import { compare, inTurns, machine, print } from './harness.ts';

/** What a person types, letter by letter: whole words, pieces, labels, several words, and what is nowhere. */
const typed = [
  'web',
  'pw0451',
  'prod-db-77',
  'rack r12 cache',
  'eu stage api 9',
  'root@queue',
  'zzz nothing',
];
const budgetMs = 50;
const rounds = 15;

const teams = ['web', 'api', 'db', 'cache', 'queue', 'batch', 'search', 'mail'];
const regions = ['eu', 'us', 'ap'];
const accountUri = formatAccountUri({ address: 'bench.example:443', userName: 'bench' });

function server(index: number): Resource {
  const env = index % 3 === 0 ? 'prod' : 'stage';
  const team = teams[index % teams.length] ?? '';
  const name = `${env}-${team}-${String(index).padStart(6, '0')}`;
  return {
    uri: formatResourceUri({ address: 'bench.example:443', userName: 'bench', kind: 'server', id: name }),
    kind: 'server',
    id: name,
    name,
    address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:3022`,
    description: '',
    labels: [
      { name: 'env', value: env },
      { name: 'region', value: regions[index % regions.length] ?? '' },
      { name: 'rack', value: `r${index % 40}` },
    ],
    subKind: '',
    viaTunnel: false,
    requiresRequest: false,
    logins: ['deploy', 'root'],
  };
}

/** A palette that knows `count` servers; `letters` gives the time of the answer to each letter that is typed. */
async function prepare(count: number) {
  const hub = new StateHub({ accounts: {}, clusters: {} } as never);
  const account = { uri: accountUri, status: 'signed-in', userName: 'bench', clusterUri: '' };
  hub.put({ slice: 'accounts', key: accountUri, value: account as never });
  const host = createLoopbackHost(mkdtempSync(join(tmpdir(), 'porthole-bench-')));
  const now = () => new Date();
  const uses = new Uses({ store: host.openStore('uses'), log: silentLogger, now });
  const identity = {};
  const service = new PaletteService({
    hub,
    log: silentLogger,
    now: () => new Date(0),
    uses,
    identity: () => identity,
    lastLogin: () => undefined,
    list: async ({ startKey }) => {
      const from = Number(startKey ?? 0);
      const items = Array.from({ length: Math.min(1_000, count - from) }, (_, at) => server(from + at));
      const next = from + items.length;
      return { items, problems: [], ...(next < count ? { nextKey: String(next) } : {}) };
    },
  });
  while (!(await service.search('', 1)).isComplete) await new Promise((resolve) => setTimeout(resolve, 20));
  const letters = async () => {
    const times: number[] = [];
    for (const word of typed)
      for (let length = 1; length <= word.length; length += 1) {
        const started = performance.now();
        await service.search(word.slice(0, length), 100);
        times.push(performance.now() - started);
      }
    return times;
  };
  return { letters, dispose: () => service.dispose() };
}

const few = await prepare(1_000);
const heapBefore = process.memoryUsage().heapUsed;
const many = await prepare(100_000);
globalThis.gc?.();
const heap = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;
const sum = (times: readonly number[]) => times.reduce((total, time) => total + time, 0);
const all: number[] = [];
const totals = await inTurns(
  rounds,
  async () => {
    const times = await many.letters();
    all.push(...times);
    return sum(times);
  },
  async () => sum(await few.letters()),
);
const sorted = all.sort((a, b) => a - b);
const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
print([
  compare(
    'palette at 100,000 resources, 95 % of answers vs the budget',
    'ms',
    { ours: at(0.95), peer: budgetMs },
    '≤ 1',
  ),
]);
process.stdout.write(
  `\n${machine()}: median ${at(0.5).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms of ${sorted.length} answers; ` +
    `all letters ${totals.ours.toFixed(0)} ms, with 1,000 resources ${totals.peer.toFixed(1)} ms: ${(totals.ours / totals.peer).toFixed(0)} times as long. ` +
    `Heap of 100,000: ${heap.toFixed(0)} MB.\n`,
);
many.dispose();
few.dispose();
