import { SshReader, sshString, sshUint32, sshUint64 } from '../ssh/wire.ts';
import { type FileAttributes, readAttributes, writeAttributes } from './attributes.ts';
import { encodePacket, packetTypes, sftpVersion } from './packets.ts';

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

export function encodeInit(): Buffer {
  return encodePacket(packetTypes.init, sshUint32(sftpVersion));
}

export function encodeRequest(id: number, request: SftpRequest): Buffer {
  return encodePacket(packetTypes[request.type], sshUint32(id), ...requestBody(request));
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
  ).map((name) => [packetTypes[name], name]),
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
  if (type === packetTypes.init) return { kind: 'init', version: id };
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
