import {
  chmodSync,
  chownSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  type Stats,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import type { NameEntry, SftpAnswer } from '../../main/protocol/codec/sftp/answers.ts';
import type { FileAttributes } from '../../main/protocol/codec/sftp/attributes.ts';

export function attrs(stats: Stats): SftpAnswer {
  return { type: 'attrs', attributes: attributesOf(stats) };
}

function attributesOf(stats: Stats): FileAttributes {
  const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1_000)) >>> 0;
  return {
    size: stats.size,
    uid: stats.uid,
    gid: stats.gid,
    mode: stats.mode,
    accessed: seconds(stats.atimeMs),
    modified: seconds(stats.mtimeMs),
  };
}

export function toEntry(folder: Buffer, name: Buffer): NameEntry | undefined {
  try {
    const stats = lstatSync(Buffer.concat([folder, Buffer.from('/'), name]));
    return {
      name,
      longName: Buffer.concat([Buffer.from(line(stats)), name]),
      attributes: attributesOf(stats),
    };
  } catch {
    return undefined;
  }
}

const account = userInfo();

function line(stats: Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : stats.isFile() ? '-' : 's';
  const bits = Array.from('rwxrwxrwx', (letter, at) => (stats.mode & (0o400 >> at) ? letter : '-')).join('');
  const owner = stats.uid === account.uid ? account.username : String(stats.uid);
  const group = stats.gid === account.gid ? account.username : String(stats.gid);
  const time = stats.mtime.toUTCString().slice(5, 22);
  return `${kind}${bits} ${stats.nlink} ${owner} ${group} ${stats.size} ${time} `;
}

export function setPath(path: Buffer, { size, uid, gid, mode, accessed, modified }: FileAttributes): void {
  if (size !== undefined) truncateSync(path, size);
  if (mode !== undefined) chmodSync(path, mode & 0o7777);
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  if (modified !== undefined) utimesSync(path, accessed ?? modified, modified);
}

export function setOpenFile(fd: number, { size, uid, gid, mode, accessed, modified }: FileAttributes): void {
  if (size !== undefined) ftruncateSync(fd, size);
  if (mode !== undefined) fchmodSync(fd, mode & 0o7777);
  if (uid !== undefined && gid !== undefined) fchownSync(fd, uid, gid);
  if (modified !== undefined) futimesSync(fd, accessed ?? modified, modified);
}
