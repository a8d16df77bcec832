import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileWorld, startFileWorld } from '../testing/file-world.ts';
import { until } from '../testing/tunnel-app.ts';
import { LoopbackServer } from './loopback-server.ts';

let world: FileWorld;
let server: LoopbackServer;
let origin: string;
let cookie: string;
let paneId: string;
const folder = mkdtempSync(join(tmpdir(), 'porthole-page-'));

beforeAll(async () => {
  world = await startFileWorld();
  server = new LoopbackServer({ app: Promise.resolve(world.app), pageFolder: folder, port: 0 });
  const address = await server.listen();
  ({ origin } = new URL(address));
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  cookie = ((await fetch(address)).headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  paneId = await world.openPane();
});
afterAll(async () => {
  await server.close();
  await world.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(origin + url, { headers: { cookie, ...headers } });
const post = (url: string, body: Uint8Array, headers: Record<string, string> = { origin }) =>
  fetch(origin + url, { method: 'POST', body: Buffer.from(body), headers: { cookie, ...headers } });
const status = (id: string) => world.page.state().transfers[id]?.status;
const fresh = () => mkdtempSync(join(folder, 'd-'));
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('files of a page', () => {
  /** What a page does: it sends each part that is wanted. */
  async function serve(
    transferId: string,
    contents: readonly Uint8Array[],
    limit = Number.POSITIVE_INFINITY,
  ) {
    let sent = 0;
    for await (const part of await world.page.api.transfers.pageParts({ transferId })) {
      const body = contents[part.file]?.subarray(part.offset, part.offset + part.length) ?? new Uint8Array(0);
      expect((await post(part.url, body)).status).toBe(204);
      sent += 1;
      if (sent >= limit) return;
      if (status(transferId)?.kind === 'done') return;
    }
  }

  it('are uploaded in parts, whole folders as well', async () => {
    const into = fresh();
    const contents = [randomBytes(9_000_000), Buffer.from(''), Buffer.from('x')];
    const files = [
      { path: 'tree/large', size: 9_000_000, modified: 1_000_000_000_000 },
      { path: 'tree/sub/zero', size: 0, modified: 0 },
      { path: 'one', size: 1, modified: 0 },
      { path: 'tree/empty/', size: 0, modified: 0 },
    ];
    const { transferId } = await world.page.api.transfers.uploadFromPage({
      paneId,
      folder: into,
      files: files.slice(0, 1),
      isLast: false,
    });
    await world.page.api.transfers.addPageFiles({ transferId, files: files.slice(1), isLast: true });
    void serve(transferId, contents);
    await until(() => status(transferId)?.kind === 'done');
    expect(sha(readFileSync(join(into, 'tree/large')))).toBe(sha(contents[0] ?? Buffer.alloc(0)));
    expect((readdirSync(into, { recursive: true }) as string[]).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'one',
      'tree',
      'tree/empty',
      'tree/large',
      'tree/sub',
      'tree/sub/zero',
    ]);
  });

  it('wait for the page when it goes, and for the same files when it comes again', async () => {
    const into = fresh();
    const content = randomBytes(30_000_000);
    const files = [{ path: 'large', size: content.length, modified: 1_000 }];
    const { transferId } = await world.page.api.transfers.uploadFromPage({
      paneId,
      folder: into,
      files,
      isLast: true,
    });
    await serve(transferId, [content], 3);
    await until(() => status(transferId)?.kind === 'waiting');
    expect(status(transferId)).toMatchObject({ for: 'page' });
    await expect(
      world.page.api.transfers.reattach({ transferId, files: [{ path: 'large', size: 1, modified: 0 }] }),
    ).rejects.toMatchObject({ data: { code: 'file-changed' } });
    await world.page.api.transfers.reattach({ transferId, files });
    void serve(transferId, [content]);
    await until(() => status(transferId)?.kind === 'done');
    expect(sha(readFileSync(join(into, 'large')))).toBe(sha(content));
    expect(readdirSync(into)).toEqual(['large']);
  });

  it('come down as a file, from any byte on', async () => {
    const from = fresh();
    const content = randomBytes(3_000_000);
    writeFileSync(join(from, 'näme\n.bin'), content);
    const download = () =>
      world.page.api.transfers.downloadToPage({ paneId, paths: [join(from, 'näme\n.bin')], way: 'file' });
    const { transferId, url = '' } = await download();
    const part = await get(url, { range: 'bytes=1000000-' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-disposition')).toContain('n%C3%A4me%E2%90%8A.bin');
    expect(sha(Buffer.from(await part.arrayBuffer()))).toBe(sha(content.subarray(1_000_000)));
    await until(() => status(transferId)?.kind === 'done');
    const again = await download();
    const whole = await get(again.url ?? '');
    expect(whole.headers.get('content-length')).toBe('3000000');
    expect(sha(Buffer.from(await whole.arrayBuffer()))).toBe(sha(content));
  });

  it('come down as an archive that tar reads', async () => {
    const from = fresh();
    const tree = join(from, 'tree');
    mkdirSync(join(tree, 'sub'), { recursive: true });
    const odd = Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff]), Buffer.from('x'.repeat(200))]);
    writeFileSync(odd, 'odd');
    writeFileSync(join(tree, 'sub/file'), randomBytes(1_000_001));
    const { transferId, url = '' } = await world.page.api.transfers.downloadToPage({
      paneId,
      paths: [tree],
      way: 'archive',
    });
    const archive = Buffer.from(await (await get(url)).arrayBuffer());
    const into = fresh();
    writeFileSync(join(into, 'a.tar'), archive);
    execFileSync('tar', ['-xf', 'a.tar'], { cwd: into });
    rmSync(join(into, 'a.tar'));
    execFileSync('diff', ['-r', from, into]);
    await until(() => status(transferId)?.kind === 'done');
  });

  it('come down one by one into a folder of the page', async () => {
    const from = fresh();
    mkdirSync(join(from, 'tree/sub'), { recursive: true });
    for (let i = 0; i < 50; i += 1) writeFileSync(join(from, 'tree/sub', `f${i}`), `${i}`.repeat(1_000));
    const { transferId } = await world.page.api.transfers.downloadToPage({
      paneId,
      paths: [join(from, 'tree')],
      way: 'folder',
    });
    const got = new Map<string, string>();
    void (async () => {
      for await (const item of await world.page.api.transfers.pageItems({ transferId })) {
        if (item.kind === 'folder') continue;
        const half = Buffer.from(await (await get(item.url)).arrayBuffer()).subarray(0, 500);
        const rest = Buffer.from(await (await get(`${item.url}?offset=500`)).arrayBuffer());
        got.set(item.parts.join('/'), Buffer.concat([half, rest]).toString());
        await world.page.api.transfers.pageWrote({
          transferId,
          itemId: item.itemId,
          result: { kind: 'written', bytes: item.size },
        });
      }
    })();
    await until(() => status(transferId)?.kind === 'done');
    expect(got.size).toBe(50);
    expect(got.get('tree/sub/f7')).toBe('7'.repeat(1_000));
    expect(world.page.state().transfers[transferId]?.progress).toMatchObject({ filesDone: 50 });
  });

  it('are for nobody else', async () => {
    expect((await fetch(`${origin}/files/downloads/x`)).status).toBe(403);
    expect((await post('/files/parts/abc', Buffer.from('x'), {})).status).toBe(403);
    expect((await post('/files/parts/abc', Buffer.from('x'), { origin: 'http://evil.test' })).status).toBe(
      403,
    );
    expect((await post('/files/parts/abc', Buffer.from('x'))).status).toBe(404);
    expect((await get('/files/items/../../etc/passwd')).status).toBe(404);
    expect((await get('/files/items/none')).status).toBe(404);
    expect((await get('/files/downloads/none')).status).toBe(404);
  });

  it('are not reached by paths here', async () => {
    await expect(
      world.page.api.transfers.uploadPaths({ paneId, folder: '/tmp', paths: ['/etc/passwd'] }),
    ).rejects.toMatchObject({ data: { code: 'unsupported' } });
  });
});
