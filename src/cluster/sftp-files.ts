import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  chownSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  statfsSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { FileAttributes } from '../main/protocol/codec/sftp/attributes.ts';
import type { NameEntry, SftpAnswer } from '../main/protocol/codec/sftp/answers.ts';
import { openFlags, sftpStatus } from '../main/protocol/codec/sftp/packets.ts';
import type { SftpRequest } from '../main/protocol/codec/sftp/requests.ts';
import { SshReader, sshUint64 } from '../main/protocol/codec/ssh/wire.ts';

const maxHandles = 1_000;
const maxReadBytes = 256 << 10;
const namesAtOnce = 100;

type Handle =
  | { readonly kind: 'file'; readonly fd: number }
  | { readonly kind: 'folder'; readonly path: Buffer; readonly names: Buffer[] };

const done: SftpAnswer = { type: 'status', code: sftpStatus.ok, message: '' };
const ended: SftpAnswer = { type: 'status', code: sftpStatus.eof, message: 'EOF' };
const unsupported: SftpAnswer = {
  type: 'status',
  code: sftpStatus.unsupported,
  message: 'operation unsupported',
};

/** What SFTP's requests do to the files of this account; relative paths begin in its home folder. One for each channel. */
export class SftpFiles {
  readonly #handles = new Map<string, Handle>();
  #lastHandle = 0;

  answer(request: SftpRequest): SftpAnswer {
    try {
      return this.#answer(request);
    } catch (error) {
      return statusOf(error as NodeJS.ErrnoException);
    }
  }

  dispose(): void {
    for (const handle of this.#handles.values()) if (handle.kind === 'file') closeSync(handle.fd);
    this.#handles.clear();
  }

  #answer(request: SftpRequest): SftpAnswer {
    switch (request.type) {
      case 'open':
        return this.#open(request);
      case 'close':
        return this.#close(request.handle);
      case 'read':
        return this.#read(request);
      case 'write':
        return this.#write(request);
      case 'fstat':
        return attrs(fstatSync(this.#file(request.handle)));
      case 'fsetstat':
        setOpenFile(this.#file(request.handle), request.attributes);
        return done;
      case 'opendir':
        return this.#openFolder(request.path);
      case 'readdir':
        return this.#readFolder(request.handle);
      case 'extended':
        return extended(request.name, request.data);
      default:
        return onPath(request);
    }
  }

  #open({ path, flags, attributes }: Extract<SftpRequest, { type: 'open' }>): SftpAnswer {
    const reads = (flags & openFlags.read) !== 0;
    const writes = (flags & openFlags.write) !== 0;
    const mode = reads && writes ? constants.O_RDWR : writes ? constants.O_WRONLY : constants.O_RDONLY;
    const bits =
      mode |
      // A pipe without a writer must not stop everybody.
      constants.O_NONBLOCK |
      (flags & openFlags.append ? constants.O_APPEND : 0) |
      (flags & openFlags.create ? constants.O_CREAT : 0) |
      (flags & openFlags.truncate ? constants.O_TRUNC : 0) |
      (flags & openFlags.exclusive ? constants.O_EXCL : 0);
    return this.#add({ kind: 'file', fd: openSync(local(path), bits, (attributes.mode ?? 0o666) & 0o7777) });
  }

  #openFolder(path: Uint8Array): SftpAnswer {
    const folder = local(path);
    const names = readdirSync(folder, { encoding: 'buffer' });
    return this.#add({
      kind: 'folder',
      path: folder,
      names: [Buffer.from('.'), Buffer.from('..'), ...names],
    });
  }

  #add(handle: Handle): SftpAnswer {
    if (this.#handles.size >= maxHandles) {
      if (handle.kind === 'file') closeSync(handle.fd);
      return { type: 'status', code: sftpStatus.failure, message: 'too many open files' };
    }
    this.#lastHandle += 1;
    const name = String(this.#lastHandle);
    this.#handles.set(name, handle);
    return { type: 'handle', handle: Buffer.from(name) };
  }

  #close(name: Uint8Array): SftpAnswer {
    const handle = this.#find(name);
    this.#handles.delete(Buffer.from(name).toString('latin1'));
    if (handle.kind === 'file') closeSync(handle.fd);
    return done;
  }

  #read({ handle, offset, length }: Extract<SftpRequest, { type: 'read' }>): SftpAnswer {
    const buffer = Buffer.allocUnsafe(Math.min(length, maxReadBytes));
    const count = readSync(this.#file(handle), buffer, 0, buffer.length, offset);
    return count === 0 && length > 0 ? ended : { type: 'data', data: buffer.subarray(0, count) };
  }

  #write({ handle, offset, data }: Extract<SftpRequest, { type: 'write' }>): SftpAnswer {
    const fd = this.#file(handle);
    for (let at = 0; at < data.length; ) at += writeSync(fd, data, at, data.length - at, offset + at);
    return done;
  }

  #readFolder(name: Uint8Array): SftpAnswer {
    const handle = this.#find(name);
    if (handle.kind !== 'folder') throw badHandle();
    const names = handle.names.splice(0, namesAtOnce);
    if (names.length === 0) return ended;
    const entries = names.map((entry) => toEntry(handle.path, entry)).filter((entry) => entry !== undefined);
    return { type: 'name', entries };
  }

  #file(name: Uint8Array): number {
    const handle = this.#find(name);
    if (handle.kind !== 'file') throw badHandle();
    return handle.fd;
  }

  #find(name: Uint8Array): Handle {
    const handle = this.#handles.get(Buffer.from(name).toString('latin1'));
    if (handle) return handle;
    throw badHandle();
  }
}

function onPath(request: SftpRequest): SftpAnswer {
  switch (request.type) {
    case 'stat':
      return attrs(statSync(local(request.path)));
    case 'lstat':
      return attrs(lstatSync(local(request.path)));
    case 'setstat':
      setPath(local(request.path), request.attributes);
      return done;
    case 'remove':
      unlinkSync(local(request.path));
      return done;
    case 'mkdir':
      mkdirSync(local(request.path), { mode: (request.attributes.mode ?? 0o777) & 0o7777 });
      return done;
    case 'rmdir':
      rmdirSync(local(request.path));
      return done;
    case 'realpath':
      return nameAnswer(realPath(request.path));
    case 'readlink':
      return nameAnswer(readlinkSync(local(request.path), { encoding: 'buffer' }));
    case 'rename':
      return rename(request.from, request.to);
    case 'symlink':
      symlinkSync(Buffer.from(request.target), local(request.path));
      return done;
    default:
      return unsupported;
  }
}

/** Never over something (draft-ietf-secsh-filexfer-02, 6.5). */
function rename(from: Uint8Array, to: Uint8Array): SftpAnswer {
  const target = local(to);
  try {
    lstatSync(target);
  } catch {
    renameSync(local(from), target);
    return done;
  }
  return { type: 'status', code: sftpStatus.failure, message: 'file exists' };
}

function extended(name: string, data: Uint8Array): SftpAnswer {
  const reader = new SshReader(data);
  if (name === 'posix-rename@openssh.com') renameSync(local(reader.bytes()), local(reader.bytes()));
  else if (name === 'hardlink@openssh.com') linkSync(local(reader.bytes()), local(reader.bytes()));
  else if (name === 'statvfs@openssh.com') return { type: 'extendedReply', data: space(reader.bytes()) };
  else return unsupported;
  return done;
}

function space(path: Uint8Array): Buffer {
  const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(local(path));
  const values = [bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0, 0, 255];
  return Buffer.concat(values.map((value) => sshUint64(BigInt(value))));
}

/** An absolute path for the file system. Its bytes are kept: not every name is UTF-8. */
function local(path: Uint8Array): Buffer {
  if (path.includes(0)) throw Object.assign(new Error('invalid argument'), { code: 'EINVAL' });
  const bytes = Buffer.from(path);
  return bytes[0] === 0x2f ? bytes : Buffer.concat([Buffer.from(`${homedir()}/`), bytes]);
}

function realPath(path: Uint8Array): Buffer {
  const whole = local(path);
  try {
    return realpathSync.native(whole, { encoding: 'buffer' });
  } catch {
    // What is not there yet has a name all the same.
    return Buffer.from(resolve(whole.toString('latin1')), 'latin1');
  }
}

function attrs(stats: Stats): SftpAnswer {
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

function nameAnswer(name: Uint8Array): SftpAnswer {
  return { type: 'name', entries: [{ name, longName: name, attributes: {} }] };
}

function toEntry(folder: Buffer, name: Buffer): NameEntry | undefined {
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

function setPath(path: Buffer, { size, uid, gid, mode, accessed, modified }: FileAttributes): void {
  if (size !== undefined) truncateSync(path, size);
  if (mode !== undefined) chmodSync(path, mode & 0o7777);
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  if (modified !== undefined) utimesSync(path, accessed ?? modified, modified);
}

function setOpenFile(fd: number, { size, uid, gid, mode, accessed, modified }: FileAttributes): void {
  if (size !== undefined) ftruncateSync(fd, size);
  if (mode !== undefined) fchmodSync(fd, mode & 0o7777);
  if (uid !== undefined && gid !== undefined) fchownSync(fd, uid, gid);
  if (modified !== undefined) futimesSync(fd, accessed ?? modified, modified);
}

function badHandle(): Error {
  return Object.assign(new Error('bad handle'), { code: 'EBADF' });
}

/** In the words of the system, as real servers give them. */
function statusOf(error: NodeJS.ErrnoException): SftpAnswer {
  const message = error.message.replace(/^[A-Z0-9]+: /, '').slice(0, 1_000);
  const code =
    error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? sftpStatus.noSuchFile
      : error.code === 'EACCES' || error.code === 'EPERM'
        ? sftpStatus.permissionDenied
        : sftpStatus.failure;
  return { type: 'status', code, message };
}
