import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import type { SftpAnswer } from '../../main/protocol/codec/sftp/answers.ts';
import { openFlags, sftpStatus } from '../../main/protocol/codec/sftp/packets.ts';
import type { SftpRequest } from '../../main/protocol/codec/sftp/requests.ts';
import { badHandle, done, ended, statusOf } from './answers.ts';
import { attrs, setOpenFile, toEntry } from './attributes.ts';
import { extended, local, onPath } from './path-requests.ts';

const maxHandles = 1_000;
const maxReadBytes = 256 << 10;
const namesAtOnce = 100;

type Handle =
  | { readonly kind: 'file'; readonly fd: number }
  | { readonly kind: 'folder'; readonly path: Buffer; readonly names: Buffer[] };

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
