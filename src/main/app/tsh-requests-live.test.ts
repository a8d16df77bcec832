import { userInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { Tsh, tshPath } from '../../cluster/testing/tsh.ts';
import type { RequestUri } from '../../shared/uri/uri.ts';
import { noticesOf, requestRoles, seenBy, startRequestWorld } from '../testing/request-app.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const patience = { timeout: 20_000 };

describe.skipIf(!tshPath)('what other people do with tsh', () => {
  it('is seen by the app while it happens: created, reviewed, approved, assumed and deleted', async () => {
    const world = await startRequestWorld({
      cluster: {
        roles: requestRoles.map((role) => ({ ...role, logins: [userInfo().username, ...role.logins] })),
      },
    });
    cleanUps.push(world.stop);
    const { cluster, state, account, users, page } = world;
    const enter = async (name: 'alice' | 'bob' | 'carol') => {
      const tsh = new Tsh(cluster);
      cleanUps.push(() => tsh.dispose());
      const { code, output } = await tsh.login(name, users[name].password);
      expect(code, output).toBe(0);
      return tsh;
    };
    const [alice, bob] = [await enter('alice'), await enter('bob')];

    const created = await alice.run('request', 'create', '--roles=dba', '--reason=disk is full', '--nowait');
    expect(created.code, created.output).toBe(0);
    const id = /Request ID:\s+([0-9a-f-]{36})/.exec(created.output)?.[1] ?? '';
    const uri = `${account.alice}/requests/${id}` as RequestUri;
    await expect.poll(() => state().requests[uri]?.state, patience).toBe('pending');
    expect(state().requests[uri]).toMatchObject({ reason: 'disk is full', isOwn: true });
    await expect.poll(() => state().requests[seenBy(uri, account.carol)]?.waitsForMe, patience).toBe(true);

    const reviewed = await bob.run('request', 'review', '--approve', '--reason=go on', id);
    expect(reviewed.code, reviewed.output).toBe(0);
    await expect
      .poll(() => state().requests[uri]?.seats, patience)
      .toMatchObject([
        { kind: 'taken', review: { author: 'bob', reason: 'go on', decision: 'approve' } },
        { kind: 'empty' },
      ]);
    // The second approval comes from the app, and tsh sees it.
    await page.api.requests.review({
      requestUri: seenBy(uri, account.carol),
      decision: 'approve',
      reason: '',
    });
    expect((await alice.run('request', 'show', id)).output).toContain('APPROVED');
    await expect.poll(() => state().requests[uri]?.assumable.kind, patience).toBe('now');
    expect(noticesOf(world, 'approved')).toHaveLength(1);
    const assumed = await alice.run('login', `--request-id=${id}`);
    expect(assumed.code, assumed.output).toBe(0);
    // Another certificate of the same person: the app's own goes on as it is.
    expect(state().accounts[account.alice]?.assumed).toEqual([]);
    await page.api.requests.assume({ requestUris: [uri] });
    expect(state().accounts[account.alice]?.assumed).toHaveLength(1);
    expect((await alice.run('request', 'drop')).code).toBe(0);

    await page.api.requests.delete({ requestUri: uri });
    await expect.poll(() => state().requests[uri], patience).toBeUndefined();
    expect((await alice.run('request', 'ls')).output).not.toContain(id);
  }, 180_000);
});
