import { AppError } from '../../../../shared/errors/app-error.ts';
import { SshReader, sshString, sshUint32, sshUint64 } from '../ssh/wire.ts';
import { type FileAttributes, readAttributes, writeAttributes } from './attributes.ts';

// SFTP, version 3: draft-ietf-secsh-filexfer-02. Paths and names are bytes throughout.

export const sftpVersion = 3;
/** Servers may refuse larger packets; OpenSSH takes 256 KiB, Teleport's library too. */
export const maxPacketBytes = 256 * 1024 + 1024;

export const sftpStatus = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  noConnection: 6,
  connectionLost: 7,
  unsupported: 8,
} as const;

export const openFlags = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

const types = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

/** One request, without its number. */
export type SftpRequest =
  | {
      readonly type: 'open';
      readonly path: Uint8Array;
      readonly flags: number;
      readonly attributes: FileAttributes;
    }
  | { readonly type: 'close' | 'fstat' | 'readdir'; readonly handle: Uint8Array }
  | { readonly type: 'read'; readonly handle: Uint8Array; readonly offset: number; readonly length: number }
  | {
      readonly type: 'write';
      readonly handle: Uint8Array;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  | {
      readonly type: 'lstat' | 'stat' | 'opendir' | 'remove' | 'rmdir' | 'realpath' | 'readlink';
      readonly path: Uint8Array;
    }
  | { readonly type: 'setstat' | 'mkdir'; readonly path: Uint8Array; readonly attributes: FileAttributes }
  | { readonly type: 'fsetstat'; readonly handle: Uint8Array; readonly attributes: FileAttributes }
  | { readonly type: 'rename'; readonly from: Uint8Array; readonly to: Uint8Array }
  /** OpenSSH sends the target first, against the draft, and everyone follows it. */
  | { readonly type: 'symlink'; readonly target: Uint8Array; readonly path: Uint8Array }
  | { readonly type: 'extended'; readonly name: string; readonly data: Uint8Array };

export interface NameEntry {
  readonly name: Uint8Array;
  /** A line as of `ls -l`; for people, never to be parsed. */
  readonly longName: Uint8Array;
  readonly attributes: FileAttributes;
}

export type SftpAnswer =
  | { readonly type: 'status'; readonly code: number; readonly message: string }
  | { readonly type: 'handle'; readonly handle: Uint8Array }
  | { readonly type: 'data'; readonly data: Uint8Array }
  | { readonly type: 'name'; readonly entries: readonly NameEntry[] }
  | { readonly type: 'attrs'; readonly attributes: FileAttributes }
  | { readonly type: 'extendedReply'; readonly data: Uint8Array };

export interface SftpVersion {
  readonly version: number;
  readonly extensions: ReadonlyMap<string, string>;
}

function packet(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = 1 + parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([sshUint32(length), Buffer.from([type]), ...parts], length + 4);
}

export function encodeInit(): Buffer {
  return packet(types.init, sshUint32(sftpVersion));
}

export function encodeVersion({ version, extensions }: SftpVersion): Buffer {
  const pairs = [...extensions].flatMap(([name, value]) => [sshString(name), sshString(value)]);
  return packet(types.version, sshUint32(version), ...pairs);
}

export function encodeRequest(id: number, request: SftpRequest): Buffer {
  return packet(types[request.type], sshUint32(id), ...requestBody(request));
}

function requestBody(request: SftpRequest): readonly Uint8Array[] {
  switch (request.type) {
    case 'open':
      return [sshString(request.path), sshUint32(request.flags), writeAttributes(request.attributes)];
    case 'close':
    case 'fstat':
    case 'readdir':
      return [sshString(request.handle)];
    case 'read':
      return [sshString(request.handle), sshUint64(BigInt(request.offset)), sshUint32(request.length)];
    case 'write':
      // The data is appended as it is: a large copy less for each block.
      return [
        sshString(request.handle),
        sshUint64(BigInt(request.offset)),
        sshUint32(request.data.length),
        request.data,
      ];
    case 'setstat':
    case 'mkdir':
      return [sshString(request.path), writeAttributes(request.attributes)];
    case 'fsetstat':
      return [sshString(request.handle), writeAttributes(request.attributes)];
    case 'rename':
      return [sshString(request.from), sshString(request.to)];
    case 'symlink':
      return [sshString(request.target), sshString(request.path)];
    case 'extended':
      return [sshString(request.name), request.data];
    default:
      return [sshString(request.path)];
  }
}

export function encodeAnswer(id: number, answer: SftpAnswer): Buffer {
  return packet(types[answer.type], sshUint32(id), ...answerBody(answer));
}

function answerBody(answer: SftpAnswer): readonly Uint8Array[] {
  switch (answer.type) {
    case 'status':
      return [sshUint32(answer.code), sshString(answer.message), sshString('')];
    case 'handle':
      return [sshString(answer.handle)];
    case 'data':
      return [sshUint32(answer.data.length), answer.data];
    case 'name':
      return [
        sshUint32(answer.entries.length),
        ...answer.entries.flatMap((entry) => [
          sshString(entry.name),
          sshString(entry.longName),
          writeAttributes(entry.attributes),
        ]),
      ];
    case 'attrs':
      return [writeAttributes(answer.attributes)];
    case 'extendedReply':
      return [answer.data];
  }
}

/** Body of a VERSION packet. Throws `answer-invalid`. */
export function decodeVersion(body: Uint8Array): SftpVersion {
  const reader = new SshReader(body);
  if (reader.uint8() !== types.version) throw malformedSftp('it does not begin with its version');
  const version = reader.uint32();
  const extensions = new Map<string, string>();
  while (!reader.isDone) extensions.set(reader.bytes().toString('latin1'), reader.bytes().toString('latin1'));
  return { version, extensions };
}

/** Body of an answer: everything after the length. Data shares memory with `body`. Throws `answer-invalid`. */
export function decodeAnswer(body: Uint8Array): { readonly id: number; readonly answer: SftpAnswer } {
  const reader = new SshReader(body);
  const type = reader.uint8();
  const id = reader.uint32();
  const answer = readAnswer(type, reader, body);
  return { id, answer };
}

function readAnswer(type: number, reader: SshReader, body: Uint8Array): SftpAnswer {
  switch (type) {
    case types.status: {
      const code = reader.uint32();
      // Version 3 has texts; some servers of old leave them out.
      const message = reader.isDone ? '' : reader.bytes().toString('utf8').slice(0, 4_000);
      return { type: 'status', code, message };
    }
    case types.handle: {
      const handle = reader.bytes();
      if (handle.length > 256) throw malformedSftp('a handle is too long');
      // Kept beyond the packet.
      return { type: 'handle', handle: Buffer.from(handle) };
    }
    case types.data:
      return { type: 'data', data: reader.bytes() };
    case types.name:
      return { type: 'name', entries: readNames(reader) };
    case types.attrs:
      return { type: 'attrs', attributes: readAttributes(reader) };
    case types.extendedReply:
      return { type: 'extendedReply', data: body.subarray(reader.position) };
    default:
      throw malformedSftp(`a packet of the unknown type ${type} came`);
  }
}

function readNames(reader: SshReader): NameEntry[] {
  const count = reader.uint32();
  const entries: NameEntry[] = [];
  for (let i = 0; i < count; i += 1) {
    const name = Buffer.from(reader.bytes());
    const longName = Buffer.from(reader.bytes());
    entries.push({ name, longName, attributes: readAttributes(reader) });
  }
  return entries;
}

const requestNames = new Map<number, SftpRequest['type']>(
  (
    [
      'open',
      'close',
      'read',
      'write',
      'lstat',
      'fstat',
      'setstat',
      'fsetstat',
      'opendir',
      'readdir',
      'remove',
      'mkdir',
      'rmdir',
      'realpath',
      'stat',
      'rename',
      'readlink',
      'symlink',
      'extended',
    ] as const
  ).map((name) => [types[name], name]),
);

export type DecodedRequest =
  | { readonly kind: 'init'; readonly version: number }
  | { readonly kind: 'request'; readonly id: number; readonly request: SftpRequest }
  /** Of a type that this side does not know: it must be answered with `unsupported`. */
  | { readonly kind: 'unknown'; readonly id: number };

/** Body of a request, for servers. Throws `answer-invalid`. */
export function decodeRequest(body: Uint8Array): DecodedRequest {
  const reader = new SshReader(body);
  const type = reader.uint8();
  const id = reader.uint32();
  if (type === types.init) return { kind: 'init', version: id };
  const name = requestNames.get(type);
  return name === undefined
    ? { kind: 'unknown', id }
    : { kind: 'request', id, request: readRequest(name, reader, body) };
}

function readRequest(type: SftpRequest['type'], reader: SshReader, body: Uint8Array): SftpRequest {
  switch (type) {
    case 'open':
      return { type, path: reader.bytes(), flags: reader.uint32(), attributes: readAttributes(reader) };
    case 'close':
    case 'fstat':
    case 'readdir':
      return { type, handle: reader.bytes() };
    case 'read':
      return { type, handle: reader.bytes(), offset: Number(reader.uint64()), length: reader.uint32() };
    case 'write':
      return { type, handle: reader.bytes(), offset: Number(reader.uint64()), data: reader.bytes() };
    case 'setstat':
    case 'mkdir':
      return { type, path: reader.bytes(), attributes: readAttributes(reader) };
    case 'fsetstat':
      return { type, handle: reader.bytes(), attributes: readAttributes(reader) };
    case 'rename':
      return { type, from: reader.bytes(), to: reader.bytes() };
    case 'symlink':
      return { type, target: reader.bytes(), path: reader.bytes() };
    case 'extended': {
      const name = reader.bytes().toString('latin1');
      return { type, name, data: body.subarray(reader.position) };
    }
    default:
      return { type, path: reader.bytes() };
  }
}

export function malformedSftp(why: string): AppError {
  return new AppError('answer-invalid', 'The server speaks the file protocol wrongly.', {
    reason: `It was given up because ${why}.`,
    action: 'retry',
  });
}
