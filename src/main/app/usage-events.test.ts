import { afterEach, describe, expect, it } from 'vitest';
import { startUsageCollector, type UsageCollector } from '../../cluster/usage-collector.ts';
import { createCluster } from '../../cluster/cluster.ts';
import { makeUser } from '../../cluster/users.ts';
import { type AccountUri, formatResourceUri, parseAccountUri } from '../../shared/uri/uri.ts';
import { makeHost } from '../testing/host.ts';
import { openPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const size = { cols: 80, rows: 24 };
const names = ['alice', 'bob'] as const;

async function start() {
  const users = [makeUser('alice', ['developer']), makeUser('bob', ['reviewer'])];
  const cluster = await createCluster({
    name: 'usage.porthole',
    users,
    roles: [
      {
        name: 'developer',
        logins: ['dev'],
        serverLabels: { '*': ['*'] },
        databaseUsers: ['lab'],
        databaseNames: ['lab'],
        request: { roles: ['dba'] },
      },
      { name: 'dba', logins: ['dba'], serverLabels: {} },
      { name: 'reviewer', logins: [], serverLabels: {}, reviewRequests: { roles: ['*'] } },
    ],
    localNode: { hostname: 'workbench', labels: {} },
    resources: [
      { kind: 'db', id: 'orders', name: 'orders', address: 'postgres', labels: {} },
      { kind: 'app', id: 'grafana', name: 'grafana', address: 'http://127.0.0.1:3', labels: {} },
      { kind: 'kube_cluster', id: 'prod-eu', name: 'prod-eu', address: '', labels: {} },
    ],
  });
  cleanUps.push(() => cluster.stop());
  const collector = await startUsageCollector();
  cleanUps.push(() => collector.stop());
  const app = createApp(makeHost(), {
    version: '0.0.0',
    usageCollector: collector.address,
    policyPath: '/nowhere',
  });
  let isEnded = false;
  const end = async () => {
    if (!isEnded) await app.dispose();
    isEnded = true;
  };
  cleanUps.push(end);
  const page = await openPage(app);
  const { clusterUri } = await page.api.clusters.add({
    address: cluster.address,
    trust: { kind: 'ca', pem: cluster.webCaPem },
  });
  const accounts = {} as Record<(typeof names)[number], AccountUri>;
  for (const user of users) {
    const { accountUri } = await page.api.clusters.signIn({
      kind: 'password',
      clusterUri,
      userName: user.name,
      password: user.password,
      oneTimeCode: cluster.core.users.currentCode(user.name),
    });
    accounts[user.name as 'alice' | 'bob'] = accountUri;
  }
  await page.api.usageData.answer({ answer: 'allow' });
  const address = parseAccountUri(accounts.alice)?.address ?? '';
  const uri = (kind: 'database' | 'app' | 'kubernetes', id: string) =>
    formatResourceUri({ address, userName: 'alice', kind, id });
  return { page, collector, accounts, uri, end };
}

/** What the collector got when the app had ended: name and the words that are sent in clear. */
function received(collector: UsageCollector) {
  for (const { problems } of collector.received) expect(problems).toEqual([]);
  return collector.received.map(({ name, request }) => {
    const { value } = request.event;
    if (request.event.case === 'protocolUse' && value && 'protocol' in value)
      return `${name} ${value.protocol} ${value.origin} ${value.accessThrough}`;
    if (request.event.case === 'accessRequestCreate' && value && 'kind' in value)
      return `${name} ${value.kind}`;
    return name;
  });
}

describe('usage events', () => {
  it('tell of tunnels that are opened, each time anew, and of nothing that is done with open ones', async () => {
    const { page, collector, uri, end } = await start();
    const { tunnels } = page.api;
    const target = { kind: 'database', resourceUri: uri('database', 'orders'), databaseUser: 'lab' } as const;
    const { tunnelId } = await tunnels.open({ target, databaseName: 'lab', origin: 'search_bar' });
    await tunnels.open({ target });
    await tunnels.show({ tunnelId });
    await tunnels.suggestPort({ tunnelId }).then(({ port }) => tunnels.setPort({ tunnelId, port }));
    await tunnels.setDatabaseName({ tunnelId, databaseName: 'lab' });
    await tunnels.choices({ resourceUri: target.resourceUri });
    await tunnels.close({ tunnelId });
    await tunnels.listen({ tunnelId });
    await page.api.shells.openLocal({ size });
    await end();
    expect(received(collector)).toEqual([
      'protocolUse db search_bar local_proxy',
      'protocolUse db search_bar local_proxy',
    ]);
  });

  it('tell of apps by the way that is taken, and of Kubernetes by its terminals', async () => {
    const { page, collector, uri, end } = await start();
    const { tunnels } = page.api;
    const app = uri('app', 'grafana');
    await tunnels.openApp({ resourceUri: app, through: 'proxy' });
    await tunnels.openApp({ resourceUri: app, through: 'tunnel', origin: 'search_bar' });
    await tunnels.openApp({ resourceUri: app, through: 'tunnel' });
    const { tunnelId } = await tunnels.open({
      target: { kind: 'kubernetes', resourceUri: uri('kubernetes', 'prod-eu') },
    });
    await tunnels.openKubeShell({ tunnelId, size });
    await tunnels.openKubeShell({ tunnelId, size });
    await end();
    expect(received(collector)).toEqual([
      'protocolUse app resource_table proxy_service',
      'protocolUse app search_bar local_proxy',
      'protocolUse kube resource_table local_proxy',
      'protocolUse kube resource_table local_proxy',
    ]);
  });

  it('tell of access requests once the cluster has taken them, and of no try and no refusal', async () => {
    const { page, collector, accounts, end } = await start();
    const { requests } = page.api;
    const draft = {
      accountUri: accounts.alice,
      roles: ['dba'],
      resources: [],
      reason: 'why not',
      reviewers: [],
    };
    await requests.dryRun(draft);
    await expect(requests.create({ ...draft, roles: ['root'] })).rejects.toThrow();
    const created = await requests.create(draft);
    const id = created.uri.split('/').at(-1) ?? '';
    const seenByBob = `${accounts.bob}/requests/${id}` as typeof created.uri;
    await requests.review({ requestUri: seenByBob, decision: 'approve', reason: '' });
    await expect(
      requests.review({ requestUri: seenByBob, decision: 'approve', reason: '' }),
    ).rejects.toThrow();
    await expect.poll(() => page.state().requests[created.uri]?.state).toBe('approved');
    await requests.assume({ requestUris: [created.uri] });
    await requests.drop({ accountUri: accounts.alice });
    await end();
    expect(received(collector)).toEqual([
      'accessRequestCreate role',
      'accessRequestReview',
      'accessRequestAssumeRole',
    ]);
  });
});
