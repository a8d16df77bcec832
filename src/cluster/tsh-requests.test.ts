import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import { Tsh, tshPath } from './testing/tsh.ts';
import { type ClusterUser, makeUser } from './users.ts';

const account = userInfo().username;

/** A foreign client asks, reviews, assumes and drops; each person has a home of their own. */
describe.skipIf(!tshPath)('tsh and access requests', () => {
  const people = {
    alice: makeUser('alice', ['requester']),
    bob: makeUser('bob', ['reviewer']),
    carol: makeUser('carol', ['reviewer']),
  };
  const nodeId = '00000000-0000-4000-8000-0000000000aa';
  let cluster: Cluster;
  const homes: Tsh[] = [];
  let alice: Tsh;
  let bob: Tsh;
  let carol: Tsh;

  const enter = async (user: ClusterUser) => {
    const tsh = new Tsh(cluster);
    homes.push(tsh);
    const { code, output } = await tsh.login(user.name, user.password);
    expect(code, output).toBe(0);
    return tsh;
  };
  const idIn = (output: string) => /Request ID:\s+([0-9a-f-]{36})/.exec(output)?.[1] ?? '';

  beforeAll(async () => {
    cluster = await createCluster({
      name: 'ask.porthole',
      users: Object.values(people),
      roles: [
        {
          name: 'requester',
          logins: [account],
          serverLabels: { env: ['test'] },
          request: {
            roles: ['dba'],
            searchAsRoles: ['prod'],
            thresholds: [{ name: 'two people', filter: '', approve: 2, deny: 1 }],
            suggestedReviewers: ['bob', 'carol'],
          },
        },
        { name: 'dba', logins: ['dba'], serverLabels: {} },
        { name: 'prod', logins: [account], serverLabels: { env: ['production'] } },
        {
          name: 'reviewer',
          logins: [account],
          serverLabels: { env: ['test'] },
          reviewRequests: { roles: ['*'] },
        },
      ],
      localNode: { id: nodeId, hostname: 'production-01', labels: { env: 'production' } },
    });
    [alice, bob, carol] = [await enter(people.alice), await enter(people.bob), await enter(people.carol)];
  }, 120_000);
  afterAll(async () => {
    for (const home of homes) await home.dispose();
    await cluster?.stop();
  });

  it('creates, lists, shows, reviews by two, assumes with login, and drops', async () => {
    const created = await alice.run('request', 'create', '--roles=dba', '--reason=disk is full', '--nowait');
    expect(created.code, created.output).toBe(0);
    expect(created.output).toContain('bob, carol (suggested)');
    const id = idIn(created.output);
    expect((await alice.run('request', 'ls')).output).toMatch(new RegExp(`${id}.*alice.*dba.*PENDING`));
    expect((await bob.run('request', 'ls')).output).toContain(id);
    expect((await bob.run('request', 'show', id)).output).toContain('disk is full');
    const first = await bob.run('request', 'review', '--approve', '--reason=go on', id);
    expect(first.code, first.output).toBe(0);
    expect((await alice.run('request', 'show', id)).output).toContain('PENDING');
    const early = await alice.run('login', `--request-id=${id}`);
    expect(early.code).not.toBe(0);
    const second = await carol.run('request', 'review', '--approve', id);
    expect(second.code, second.output).toBe(0);
    expect((await alice.run('request', 'show', id)).output).toContain('APPROVED');
    const again = await carol.run('request', 'review', '--deny', id);
    expect(again.output).toContain('has already reviewed this request');
    const assumed = await alice.run('login', `--request-id=${id}`);
    expect(assumed.code, assumed.output).toBe(0);
    const status = await alice.run('status');
    expect(status.output).toContain(id);
    expect(status.output).toMatch(/Roles:\s+.*dba/);
    const dropped = await alice.run('request', 'drop', id);
    expect(dropped.code, dropped.output).toBe(0);
    expect((await alice.run('status')).output).not.toMatch(/Roles:\s+.*dba/);
  }, 120_000);

  it('is refused a role that may not be asked', async () => {
    const { code, output } = await alice.run('request', 'create', '--roles=prod', '--reason=x', '--nowait');
    expect(code).not.toBe(0);
    expect(output).toContain('user "alice" can not request role "prod"');
  }, 60_000);

  it('searches for a server, asks for it, and runs a command there once it is granted', async () => {
    const found = await alice.run('request', 'search', '--kind=node');
    expect(found.output).toContain(nodeId);
    expect((await alice.run('ls')).output).not.toContain('production-01');
    const created = await alice.run(
      'request',
      'create',
      `--resource=/ask.porthole/node/${nodeId}`,
      '--reason=look',
      '--nowait',
    );
    expect(created.code, created.output).toBe(0);
    const id = idIn(created.output);
    for (const reviewer of [bob, carol]) {
      const { code, output } = await reviewer.run('request', 'review', '--approve', id);
      expect(code, output).toBe(0);
    }
    const assumed = await alice.run('login', `--request-id=${id}`);
    expect(assumed.code, assumed.output).toBe(0);
    expect((await alice.run('ls')).output).toContain('production-01');
    const ran = await alice.run('ssh', `${account}@production-01`, 'echo granted; exit 3');
    expect(ran.output).toContain('granted');
    expect(ran.code).toBe(3);
    await alice.run('request', 'drop');
    expect((await alice.run('ssh', `${account}@production-01`, 'true')).code).not.toBe(0);
  }, 120_000);

  it('waits for a decision and is told of it', async () => {
    const waiting = alice.run('request', 'create', '--roles=dba', '--reason=waits');
    let id = '';
    await expect
      .poll(
        async () => {
          const pending = cluster.core.requests.list(
            { userName: 'bob', roles: [], certificateEndMs: 0, activeRequests: [] },
            { id: '', user: 'alice', state: 'pending', keywords: ['waits'], scope: 'all' },
          );
          id = pending[0]?.id ?? '';
          return id;
        },
        { timeout: 20_000 },
      )
      .not.toBe('');
    await bob.run('request', 'review', '--approve', id);
    await carol.run('request', 'review', '--approve', id);
    const { code, output } = await waiting;
    expect(output).toContain('Approval received');
    expect(code).toBe(0);
    await alice.run('request', 'drop');
  }, 120_000);

  it('lists the second factors', async () => {
    expect((await alice.run('mfa', 'ls')).output).toMatch(/otp\s+TOTP/);
  }, 60_000);
});
