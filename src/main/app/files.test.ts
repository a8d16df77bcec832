import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileEntry } from '../../shared/contract/files.ts';
import { type FileWorld, startFileWorld } from '../testing/file-world.ts';
import { until } from '../testing/tunnel-app.ts';

let world: FileWorld;
beforeAll(async () => {
  world = await startFileWorld();
});
afterAll(() => world.dispose());

async function list(paneId: string, path: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for await (const chunk of await world.page.api.files.list({ paneId, path })) entries.push(...chunk.entries);
  return entries;
}

describe('a file pane of the embedded cluster', () => {
  it('shows what is in folders, and changes it', async () => {
    const { api } = world.page;
    const paneId = await world.openPane();
    const folder = mkdtempSync(join(tmpdir(), 'porthole-pane-'));
    writeFileSync(join(folder, 'a.txt'), 'hello');
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]), '');
    mkdirSync(join(folder, 'sub'));
    symlinkSync('sub', join(folder, 'link'));
    symlinkSync('loop', join(folder, 'loop'));
    const entries = await list(paneId, folder);
    expect(new Map(entries.map((entry) => [entry.name, entry]))).toMatchObject(
      new Map<string, Partial<FileEntry>>([
        ['a.txt', { kind: 'file', size: 5, owner: userInfo().username }],
        ['bad-\udcff', { kind: 'file' }],
        ['sub', { kind: 'folder' }],
        ['link', { kind: 'link', linkTarget: 'sub', linkKind: 'folder' }],
        ['loop', { kind: 'link', linkTarget: 'loop', linkKind: 'unknown' }],
      ]),
    );
    await api.files.makeFolder({ paneId, path: `${folder}/new` });
    await expect(api.files.makeFolder({ paneId, path: `${folder}/new` })).rejects.toMatchObject({
      data: { code: 'file-exists' },
    });
    await api.files.rename({ paneId, from: `${folder}/a.txt`, to: `${folder}/new/b.txt` });
    await api.files.setMode({ paneId, paths: [`${folder}/new/b.txt`], mode: 0o600 });
    expect(await api.files.stat({ paneId, path: `${folder}/new/b.txt` })).toMatchObject({
      entry: { mode: 0o600, size: 5 },
    });
    expect(readFileSync(join(folder, 'new/b.txt'), 'utf8')).toBe('hello');
    expect(await api.files.readText({ paneId, path: `${folder}/new/b.txt` })).toMatchObject({
      text: 'hello',
      isCut: false,
    });
    expect(await api.files.complete({ paneId, path: `${folder}/s` })).toEqual({
      matches: [{ path: `${folder}/sub`, isFolder: true }],
    });
    for await (const last of await api.files.count({ paneId, paths: [folder] }))
      if (last.isDone) expect(last).toMatchObject({ files: 4, folders: 3, bytes: 5 + 3 + 4 });
    for await (const last of await api.files.remove({ paneId, paths: [folder] }))
      if (last.isDone) expect(last).toMatchObject({ removed: 7, problemCount: 0 });
    await expect(api.files.stat({ paneId, path: folder })).rejects.toMatchObject({
      data: { code: 'file-not-found' },
    });
  });

  it('uses the connection of its shell, and goes on without it', async () => {
    const { api } = world.page;
    const { shellId, tabId } = await api.shells.open({
      serverUri: world.serverUri,
      serverName: 'demo-node',
      login: userInfo().username,
      size: { cols: 80, rows: 24 },
    });
    await until(() => world.page.state().shells[shellId]?.status.kind === 'open');
    const { paneId } = await api.files.openBeside({ shellId });
    await until(() => world.page.state().filePanes[paneId]?.status.kind === 'ready');
    await api.files.setShellFolder({ shellId, address: 'file://host/tmp/a%20b' });
    await until(() => world.page.state().filePanes[paneId]?.shellFolder === '/tmp/a b');
    await api.workspace.closeTab({ tabId });
    await until(() => world.page.state().filePanes[paneId] === undefined);
  });

  it('keeps bookmarks for all panes of a server', async () => {
    const paneId = await world.openPane();
    await world.page.api.files.setBookmark({ paneId, path: '/var/log', isSet: true });
    const other = await world.openPane();
    expect(world.page.state().filePanes[other]?.bookmarks).toEqual(['/var/log']);
    await world.page.api.files.setBookmark({ paneId: other, path: '/var/log', isSet: false });
    await until(() => world.page.state().filePanes[paneId]?.bookmarks.length === 0);
  });
});

describe('an editor of this machine', () => {
  it('gets a copy, sends it back on each save, and asks when the server has another file', async () => {
    const { api } = world.page;
    const folder = mkdtempSync(join(tmpdir(), 'porthole-edit-'));
    const path = join(folder, 'notes.txt');
    writeFileSync(path, 'first', { mode: 0o640 });
    await api.settings.set({ values: { 'files.editor': '/bin/true' } });
    const paneId = await world.openPane();
    const { editId } = await api.files.edit({ paneId, path });
    const edit = () => world.page.state().fileEdits[editId];
    await until(() => edit()?.status.kind === 'watching');
    const copy = edit()?.localPath ?? '';
    expect(readFileSync(copy, 'utf8')).toBe('first');
    writeFileSync(copy, 'second');
    await until(() => readFileSync(path, 'utf8') === 'second');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    await until(() => edit()?.status.kind === 'watching');
    writeFileSync(path, 'by somebody else');
    writeFileSync(copy, 'third');
    await until(() => edit()?.status.kind === 'changed');
    expect(readFileSync(path, 'utf8')).toBe('by somebody else');
    await api.files.settleEdit({ editId, answer: 'keep-both' });
    expect(readFileSync(join(folder, 'notes (2).txt'), 'utf8')).toBe('third');
    writeFileSync(copy, 'fourth');
    await until(() => edit()?.status.kind === 'changed');
    await api.files.settleEdit({ editId, answer: 'overwrite' });
    expect(readFileSync(path, 'utf8')).toBe('fourth');
    writeFileSync(path, 'again else');
    writeFileSync(copy, 'fifth');
    await until(() => edit()?.status.kind === 'changed');
    await api.files.settleEdit({ editId, answer: 'reload' });
    expect(readFileSync(copy, 'utf8')).toBe('again else');
    await api.files.endEdit({ editId });
    expect(existsSync(copy)).toBe(false);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('is told when it cannot be started', async () => {
    await world.page.api.settings.set({ values: { 'files.editor': '/nowhere/editor' } });
    const paneId = await world.openPane();
    const { editId } = await world.page.api.files.edit({ paneId, path: '/etc/hostname' });
    await until(() => world.page.state().fileEdits[editId]?.status.kind === 'failed');
    expect(world.page.state().fileEdits[editId]?.status).toMatchObject({
      error: { code: 'program-missing' },
    });
    await world.page.api.files.endEdit({ editId });
  });
});

describe('a role without file copying', () => {
  it('is told in the pane, and stays so', async () => {
    const strict = await startFileWorld({
      cluster: {
        roles: [
          {
            name: 'developer',
            logins: [userInfo().username],
            serverLabels: { '*': ['*'] },
            sshFileCopy: false,
          },
        ],
      },
    });
    const { paneId } = await strict.page.api.files.openTab({
      serverUri: strict.serverUri,
      serverName: 'workbench',
      login: userInfo().username,
    });
    await until(() => strict.page.state().filePanes[paneId]?.status.kind === 'forbidden');
    expect(strict.page.state().filePanes[paneId]?.status).toMatchObject({
      error: { code: 'file-copy-forbidden', reason: 'file copying via SCP or SFTP is not permitted' },
    });
    await strict.dispose();
  });
});
