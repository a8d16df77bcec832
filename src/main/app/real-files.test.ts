import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneTimeCode } from '../../cluster/totp.ts';
import type { Resource } from '../../shared/contract/resources.ts';
import { makeHost } from '../testing/host.ts';
import { openPage, type TestPage } from '../testing/page.ts';
import { until } from '../testing/tunnel-app.ts';
import { createApp } from './create-app.ts';

const description = process.env['REAL_CLUSTER'];
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** RFC 4648, without padding. */
function fromBase32(text: string): Uint8Array {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2));
}

/** Files of real nodes. Runs where `REAL_CLUSTER` names a description (real-cluster.test.ts). */
describe.skipIf(!description)('files of a real cluster', () => {
  const host = { ...makeHost(), files: { choose: async () => [], reveal: async () => undefined } };
  const app = createApp(host, { version: '0.0.0' });
  const folder = mkdtempSync(join(tmpdir(), 'porthole-real-'));
  let page: TestPage;
  let servers: Resource[];

  beforeAll(async () => {
    const { proxy, ca, users } = JSON.parse(readFileSync(description ?? '', 'utf8')) as Record<
      string,
      string
    >;
    const all = JSON.parse(readFileSync(users ?? '', 'utf8')) as Record<string, string>[];
    const user = all.find(({ name }) => name === (process.env['REAL_CLUSTER_USER'] ?? 'bob'));
    page = await openPage(app);
    const trust = { kind: 'ca' as const, pem: readFileSync(ca ?? '', 'utf8') };
    const { clusterUri } = await page.api.clusters.add({ address: proxy ?? '', trust });
    const { accountUri } = await page.api.clusters.signIn({
      kind: 'password',
      clusterUri,
      userName: user?.['name'] ?? '',
      password: user?.['password'] ?? '',
      oneTimeCode: oneTimeCode(fromBase32(user?.['totpSecret'] ?? ''), new Date()),
    });
    const sort = { field: 'name' as const, descending: false };
    const listed = await page.api.resources.list({
      accountUri,
      kinds: ['server'],
      search: '',
      sort,
      limit: 50,
    });
    servers = listed.items;
  }, 60_000);
  afterAll(async () => {
    await app.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('go both ways on each server, or are refused in words', async () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'sub'), { recursive: true });
    writeFileSync(join(tree, 'large'), randomBytes(50_000_003));
    for (let i = 0; i < 300; i += 1) writeFileSync(join(tree, 'sub', `f${i}`), `${i}`.repeat(i));
    let copied = 0;
    for (const [index, server] of servers.entries()) {
      const login = server.kind === 'server' ? (server.logins[0] ?? 'root') : 'root';
      const { paneId } = await page.api.files.openTab({
        serverUri: server.uri,
        serverName: server.name,
        login,
      });
      const status = () => page.state().filePanes[paneId]?.status;
      await until(() => !['connecting', undefined].includes(status()?.kind));
      const now = status();
      if (now?.kind !== 'ready') {
        expect(now).toMatchObject({ error: { code: expect.stringMatching(/^(?!internal)/) } });
        continue;
      }
      const there = `${now.home}/${basename(folder)}-${index}`;
      const back = join(folder, `back-${index}`);
      mkdirSync(back);
      await page.api.files.makeFolder({ paneId, path: there });
      const common = { paneId, checkHashes: true };
      const up = await page.api.transfers.uploadPaths({ ...common, folder: there, paths: [tree] });
      const over = (id: string) => page.state().transfers[id]?.status;
      await until(() => over(up.transferId)?.kind === 'done', 60_000);
      const paths = [`${there}/tree`];
      const down = await page.api.transfers.downloadToFolder({ ...common, paths, folder: back });
      await until(() => over(down.transferId)?.kind === 'done', 60_000);
      expect(page.state().transfers[down.transferId]).toMatchObject({ problemCount: 0 });
      expect(digest(join(back, 'tree/large'))).toBe(digest(join(tree, 'large')));
      expect(statSync(join(back, 'tree/sub')).mtimeMs).toBe(
        Math.floor(statSync(join(tree, 'sub')).mtimeMs / 1_000) * 1_000,
      );
      expect(readdirSync(join(back, 'tree/sub'))).toHaveLength(300);
      for await (const last of await page.api.files.remove({ paneId, paths: [there] }))
        if (last.isDone) expect(last).toMatchObject({ removed: 304, problemCount: 0 });
      copied += 1;
    }
    expect(copied).toBeGreaterThan(0);
  }, 120_000);
});
