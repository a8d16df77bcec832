import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccountInfo } from '../../shared/contract/clusters.ts';
import type { Resource, ResourcePage, ResourceQuery } from '../../shared/contract/resources.ts';
import { type AccountUri, formatAccountUri, formatResourceUri } from '../../shared/uri/uri.ts';
import { silentLogger } from '../log/log.ts';
import { StateHub } from '../state/state-hub.ts';
import { makeHost } from '../testing/host.ts';
import { PaletteService } from './palette-service.ts';
import { Uses } from './uses.ts';

const services: PaletteService[] = [];
afterEach(() => {
  for (const service of services.splice(0)) service.dispose();
});

const account = (userName: string) => formatAccountUri({ address: 'prod.example:443', userName });
const server = (uri: AccountUri, name: string, changes: Partial<Resource> = {}): Resource => ({
  uri: formatResourceUri({
    address: 'prod.example:443',
    userName: uri.split('/').at(-1) ?? '',
    kind: 'server',
    id: name,
  }),
  kind: 'server',
  id: name,
  name,
  address: '10.0.0.1:3022',
  description: '',
  labels: [{ name: 'env', value: 'prod' }],
  subKind: '',
  viaTunnel: false,
  requiresRequest: false,
  logins: ['root', 'deploy'],
  ...changes,
});

/** Accounts with what they may use; `lists` counts the pages that were asked for. */
function start(contents: Record<string, Resource[]>, pageSize = 1_000) {
  const hub = new StateHub({ accounts: {}, clusters: {} } as never);
  for (const uri of Object.keys(contents)) signIn(hub, uri as AccountUri);
  const host = makeHost(mkdtempSync(join(tmpdir(), 'porthole-palette-')));
  let time = Date.parse('2026-01-05T12:00:00Z');
  const now = () => new Date(time);
  const uses = new Uses({ store: host.openStore('uses'), log: silentLogger, now });
  let lists = 0;
  let identity: unknown = {};
  let fails = false;
  const list = async (query: ResourceQuery): Promise<ResourcePage> => {
    lists += 1;
    if (fails) throw new Error('cut off');
    const all = contents[query.accountUri] ?? [];
    const from = Number(query.startKey ?? 0);
    const next = from + pageSize;
    return {
      items: all.slice(from, next),
      problems: [],
      ...(next < all.length ? { nextKey: String(next) } : {}),
    };
  };
  const service = new PaletteService({
    hub,
    log: silentLogger,
    now,
    uses,
    list,
    identity: () => identity,
    lastLogin: () => 'deploy',
  });
  services.push(service);
  return {
    hub,
    host,
    uses,
    service,
    lists: () => lists,
    pass: (ms: number) => (time += ms),
    changeIdentity: () => (identity = {}),
    fail: (value: boolean) => (fails = value),
    names: async (text: string, limit = 10) =>
      (await service.search(text, limit)).found.map(({ resource }) => resource.name),
  };
}

function signIn(hub: StateHub, uri: AccountUri, status: AccountInfo['status'] = 'signed-in'): void {
  const value = { uri, status, userName: uri.split('/').at(-1), clusterUri: '' } as unknown as AccountInfo;
  hub.put({ slice: 'accounts', key: uri, value });
}

describe('the search for resources', () => {
  it('finds them in all clusters, by names first, and marks what was found', async () => {
    const [alice, bob] = [account('alice'), account('bob')];
    const { service, names } = start({
      [alice]: [
        server(alice, 'prod-web-01'),
        server(alice, 'db-01', { labels: [{ name: 'role', value: 'web' }] }),
      ],
      [bob]: [server(bob, 'stage-web-02')],
    });
    expect(await names('web')).toEqual(['prod-web-01', 'stage-web-02', 'db-01']);
    expect(await names('pw01')).toEqual(['prod-web-01']);
    expect(await names('web bob')).toEqual(['stage-web-02']);
    expect(await names('root@db')).toEqual(['db-01']);
    expect(await names('role=web')).toEqual(['db-01']);
    expect(await names('nothing')).toEqual([]);
    const [first] = (await service.search('web', 1)).found;
    expect(first?.ranges).toEqual([[5, 8]]);
    expect(first?.resource).toMatchObject({ logins: ['root', 'deploy'], lastLogin: 'deploy' });
  });

  it('reads every page, and answers from what it knows while it reads again', async () => {
    const alice = account('alice');
    const all = Array.from({ length: 25 }, (_, index) => server(alice, `host-${index}`));
    const { service, names, lists, pass } = start({ [alice]: all }, 10);
    await service.search('x', 1);
    await expect.poll(async () => (await service.search('host', 50)).found.length).toBe(25);
    expect((await service.search('host', 50)).isComplete).toBe(true);
    expect(lists()).toBe(3);
    all.push(server(alice, 'newcomer'));
    pass(61_000);
    expect(await names('host-7')).toEqual(['host-7']);
    await expect.poll(() => names('newcomer')).toEqual(['newcomer']);
    expect(lists()).toBe(6);
  });

  it('puts what is used often and lately first, and shows it without words', async () => {
    const alice = account('alice');
    const [one, two, three] = ['web-1', 'web-2', 'web-3'].map((name) => server(alice, name));
    if (!one || !two || !three) throw new Error();
    const { names, uses, pass, host } = start({ [alice]: [one, two, three] });
    expect(await names('')).toEqual([]);
    for (let times = 0; times < 3; times += 1) uses.use(`resource:${two.uri}`);
    expect(await names('web')).toEqual(['web-2', 'web-1', 'web-3']);
    pass(60 * 24 * 3_600_000);
    uses.use(`resource:${three.uri}`);
    expect(await names('web')).toEqual(['web-3', 'web-2', 'web-1']);
    expect(await names('')).toEqual(['web-3', 'web-2']);
    const again = new Uses({
      store: host.openStore('uses'),
      log: silentLogger,
      now: () => new Date('2026-03-06'),
    });
    expect(again.all()[0]?.[0]).toBe(`resource:${three.uri}`);
  });

  it('forgets what an account saw when it is signed out or may use other things', async () => {
    const alice = account('alice');
    const contents = { [alice]: [server(alice, 'secret-01')] };
    const { names, hub, changeIdentity } = start(contents);
    expect(await names('secret')).toEqual(['secret-01']);
    contents[alice] = [];
    changeIdentity();
    expect(await names('secret')).toEqual([]);
    contents[alice] = [server(alice, 'secret-01')];
    changeIdentity();
    expect(await names('secret')).toEqual(['secret-01']);
    signIn(hub, alice, 'expired');
    expect(await names('secret')).toEqual([]);
  });

  it('keeps what it knows when a cluster does not answer, and tries again', async () => {
    const alice = account('alice');
    const { names, pass, fail, lists } = start({ [alice]: [server(alice, 'web-1')] });
    expect(await names('web')).toEqual(['web-1']);
    fail(true);
    pass(61_000);
    expect(await names('web')).toEqual(['web-1']);
    const before = lists();
    fail(false);
    await expect.poll(async () => (await names('web'), lists())).toBeGreaterThan(before);
    expect(await names('web')).toEqual(['web-1']);
  });
});

describe('uses', () => {
  it('begin anew where their file is damaged, and stay bounded', () => {
    const host = makeHost();
    writeFileSync(host.openStore('uses').path, '{"format":1,"uses":{"a":"often"}}');
    const uses = new Uses({ store: host.openStore('uses'), log: silentLogger, now: () => new Date() });
    expect(uses.all()).toEqual([]);
    for (let index = 0; index < 1_100; index += 1) uses.use(`command:${index}`);
    expect(uses.all()).toHaveLength(1_000);
  });
});
