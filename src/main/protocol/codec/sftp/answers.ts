import { SshReader, sshString, sshUint32 } from '../ssh/wire.ts';
import { type FileAttributes, readAttributes, writeAttributes } from './attributes.ts';
import { encodePacket, malformedSftp, packetTypes } from './packets.ts';

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

export function encodeVersion({ version, extensions }: SftpVersion): Buffer {
  const pairs = [...extensions].flatMap(([name, value]) => [sshString(name), sshString(value)]);
  return encodePacket(packetTypes.version, sshUint32(version), ...pairs);
}

export function encodeAnswer(id: number, answer: SftpAnswer): Buffer {
  return encodePacket(packetTypes[answer.type], sshUint32(id), ...answerBody(answer));
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
  if (reader.uint8() !== packetTypes.version) throw malformedSftp('it does not begin with its version');
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
    case packetTypes.status: {
      const code = reader.uint32();
      // Version 3 has texts; some servers of old leave them out.
      const message = reader.isDone ? '' : reader.bytes().toString('utf8').slice(0, 4_000);
      return { type: 'status', code, message };
    }
    case packetTypes.handle: {
      const handle = reader.bytes();
      if (handle.length > 256) throw malformedSftp('a handle is too long');
      // Kept beyond the packet.
      return { type: 'handle', handle: Buffer.from(handle) };
    }
    case packetTypes.data:
      return { type: 'data', data: reader.bytes() };
    case packetTypes.name:
      return { type: 'name', entries: readNames(reader) };
    case packetTypes.attrs:
      return { type: 'attrs', attributes: readAttributes(reader) };
    case packetTypes.extendedReply:
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
