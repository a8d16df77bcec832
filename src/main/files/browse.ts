import type { FileEntry, FolderChunk } from '../../shared/contract/files.ts';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import { decodeRemoteName, displayRemoteName } from '../../shared/files/remote-name.ts';
import type { SftpSession } from '../protocol/client/sftp-session.ts';
import { factsOf, followLink, toEntry } from './entries.ts';
import { baseOf, expandHome, isPlainName, joinRemote, parentOf, remoteBytes } from './remote-path.ts';

const chunkEntries = 1_000;
const maxMatches = 50;

/** The entries of a folder in chunks; the first one comes as soon as the server has answered. */
export async function* listFolder(
  session: SftpSession,
  asked: string,
): AsyncGenerator<FolderChunk, void, void> {
  const path = decodeRemoteName(await session.realpath(remoteBytes(asked)));
  let waiting: FileEntry[] = [];
  let isFirst = true;
  for await (const batch of session.list(remoteBytes(path), 8)) {
    const entries = batch.map(toEntry).filter((entry) => entry !== undefined);
    waiting.push(...(await Promise.all(entries.map((entry) => followLink(session, path, entry)))));
    if (!isFirst && waiting.length < chunkEntries) continue;
    for (; waiting.length > 0; isFirst = false) yield { path, entries: waiting.splice(0, chunkEntries) };
  }
  if (isFirst || waiting.length > 0) yield { path, entries: waiting };
}

export async function statPath(session: SftpSession, asked: string) {
  const bytes = remoteBytes(asked);
  const attributes = await session.lstat(bytes);
  const { kind } = factsOf(attributes);
  // A link's own path is kept: its real one would be that of the target.
  const path = kind === 'link' ? asked : decodeRemoteName(await session.realpath(bytes));
  const name = baseOf(path) || '/';
  const entry = await followLink(session, parentOf(path), { name, ...factsOf(attributes) });
  return { path, entry };
}

/** What continues a typed path: everything in its folder that begins with its last part; hidden files only when asked for. */
export async function completePath(session: SftpSession, typed: string, home: string) {
  const path = expandHome(typed, home);
  const at = path.lastIndexOf('/');
  const folder = at < 0 ? home : path.slice(0, at) || '/';
  const start = path.slice(at + 1);
  const found: { path: string; isFolder: boolean }[] = [];
  try {
    for await (const batch of session.list(remoteBytes(folder))) {
      const fits = batch
        .map(toEntry)
        .filter((entry) => entry?.name.startsWith(start) === true)
        .filter((entry) => entry !== undefined)
        .filter((entry) => start.startsWith('.') || !entry.name.startsWith('.'));
      for (const entry of await Promise.all(
        fits.slice(0, 500).map((one) => followLink(session, folder, one)),
      ))
        found.push({
          path: joinRemote(folder, entry.name),
          isFolder: entry.kind === 'folder' || entry.linkKind === 'folder',
        });
      if (found.length > 10_000) break;
    }
  } catch (error) {
    if (!isAppError(error, 'file-not-found', 'file-permission-denied', 'file-failed')) throw error;
  }
  const order = (one: (typeof found)[number]) => `${one.isFolder ? 0 : 1}${one.path}`;
  return { matches: found.sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, maxMatches) };
}

export async function makeFolder(session: SftpSession, path: string): Promise<void> {
  requireName(baseOf(path));
  const what = `make the folder ${displayRemoteName(path)}`;
  if (await exists(session, path)) throw fileExists(path);
  await session.run({ type: 'mkdir', path: remoteBytes(path), attributes: {} }, what);
}

/** Moves within the server and never over something. */
export async function renamePath(session: SftpSession, from: string, to: string): Promise<void> {
  requireName(baseOf(to));
  if (from === to) return;
  if (await exists(session, to)) throw fileExists(to);
  await session.run(
    { type: 'rename', from: remoteBytes(from), to: remoteBytes(to) },
    `rename ${displayRemoteName(from)}`,
  );
}

export async function setMode(session: SftpSession, path: string, mode: number): Promise<void> {
  await session.run(
    { type: 'setstat', path: remoteBytes(path), attributes: { mode } },
    `change the mode of ${displayRemoteName(path)}`,
  );
}

export async function exists(session: SftpSession, path: string): Promise<boolean> {
  try {
    await session.lstat(remoteBytes(path));
    return true;
  } catch (error) {
    if (isAppError(error, 'file-not-found')) return false;
    throw error;
  }
}

function requireName(name: string): void {
  if (isPlainName(name)) return;
  throw new AppError('invalid-input', 'This name cannot be used.', {
    reason: 'A name is not empty, not . or .., and has no slash.',
    action: 'edit-input',
  });
}

function fileExists(path: string): AppError {
  return new AppError(
    'file-exists',
    `There is something called ${displayRemoteName(baseOf(path))} already.`,
    {
      advice: 'Choose another name.',
      action: 'edit-input',
    },
  );
}
