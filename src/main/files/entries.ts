import type { FileEntry } from '../../shared/contract/files.ts';
import { decodeRemoteName } from '../../shared/files/remote-name.ts';
import type { SftpSession } from '../protocol/client/sftp-session.ts';
import { type FileAttributes, kindOfMode } from '../protocol/codec/sftp/attributes.ts';
import type { NameEntry } from '../protocol/codec/sftp/answers.ts';
import { isPlainName, joinRemote, remoteBytes } from './remote-path.ts';

/** An entry as pages see it; undefined for a name that no folder can have. */
export function toEntry({ name, longName, attributes }: NameEntry): FileEntry | undefined {
  const text = decodeRemoteName(name);
  if (!isPlainName(text) || text.length > 4_000) return undefined;
  return { name: text, ...factsOf(attributes), ...ownersOf(longName, attributes) };
}

export function factsOf(attributes: FileAttributes) {
  const { size, modified, mode } = attributes;
  return {
    kind: kindOfMode(mode),
    ...(size === undefined ? {} : { size }),
    ...(modified === undefined ? {} : { modified: modified * 1_000 }),
    ...(mode === undefined ? {} : { mode: mode & 0o7777 }),
  };
}

/** Version 3 tells owners' names only in the line for people, which is that of `ls -l` on all servers that we know. */
export function ownersOf(longName: Uint8Array, { uid, gid }: FileAttributes) {
  const [mode, , owner, group] = Buffer.from(longName.subarray(0, 300)).toString('utf8').split(/ +/);
  const isLine = /^[-a-z][-rwxsStT]{9}[+.@]?$/.test(mode ?? '');
  const named = (name: string | undefined, number: number | undefined) =>
    isLine && name ? name.slice(0, 200) : number?.toString();
  const [ownerName, groupName] = [named(owner, uid), named(group, gid)];
  return {
    ...(ownerName === undefined ? {} : { owner: ownerName }),
    ...(groupName === undefined ? {} : { group: groupName }),
  };
}

/** Adds to a link where it leads and what is there. A link that cannot be followed stays a link. */
export async function followLink(session: SftpSession, folder: string, entry: FileEntry): Promise<FileEntry> {
  if (entry.kind !== 'link') return entry;
  const path = remoteBytes(joinRemote(folder, entry.name));
  const [target, there] = await Promise.all([
    session.readlink(path).then(decodeRemoteName, () => undefined),
    session.stat(path).catch(() => undefined),
  ]);
  return {
    ...entry,
    ...(target === undefined ? {} : { linkTarget: target.slice(0, 16_000) }),
    linkKind: kindOfMode(there?.mode),
    ...(there?.size === undefined || kindOfMode(there.mode) !== 'file' ? {} : { size: there.size }),
  };
}
