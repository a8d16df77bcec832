import { type SshReader, sshUint32, sshUint64 } from '../ssh/wire.ts';

/** Attributes of a file (draft-ietf-secsh-filexfer-02, 5). What a server leaves out is undefined. */
export interface FileAttributes {
  /** Bytes. */
  readonly size?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Permission bits together with the kind of file, as in `st_mode`. */
  readonly mode?: number | undefined;
  /** Seconds since 1970. */
  readonly accessed?: number | undefined;
  readonly modified?: number | undefined;
}

const flagSize = 0x1;
const flagOwner = 0x2;
const flagMode = 0x4;
const flagTimes = 0x8;
const flagExtended = 0x80000000;
const maxExtended = 1_000;

export function readAttributes(reader: SshReader): FileAttributes {
  const flags = reader.uint32();
  const attributes: { -readonly [K in keyof FileAttributes]: FileAttributes[K] } = {};
  if (flags & flagSize) attributes.size = Number(reader.uint64());
  if (flags & flagOwner) {
    attributes.uid = reader.uint32();
    attributes.gid = reader.uint32();
  }
  if (flags & flagMode) attributes.mode = reader.uint32();
  if (flags & flagTimes) {
    attributes.accessed = reader.uint32();
    attributes.modified = reader.uint32();
  }
  if ((flags & flagExtended) >>> 0 !== 0) {
    const count = Math.min(reader.uint32(), maxExtended);
    for (let i = 0; i < count; i += 1) {
      reader.bytes();
      reader.bytes();
    }
  }
  return attributes;
}

export function writeAttributes(attributes: FileAttributes): Buffer {
  const { size, uid, gid, mode, accessed, modified } = attributes;
  const parts: Buffer[] = [];
  let flags = 0;
  if (size !== undefined) {
    flags |= flagSize;
    parts.push(sshUint64(BigInt(size)));
  }
  if (uid !== undefined && gid !== undefined) {
    flags |= flagOwner;
    parts.push(sshUint32(uid), sshUint32(gid));
  }
  if (mode !== undefined) {
    flags |= flagMode;
    parts.push(sshUint32(mode));
  }
  if (modified !== undefined) {
    flags |= flagTimes;
    parts.push(sshUint32(accessed ?? modified), sshUint32(modified));
  }
  return Buffer.concat([sshUint32(flags), ...parts]);
}

const kindMask = 0o170000;
const kinds: Readonly<Record<number, FileKind>> = {
  0o100000: 'file',
  0o040000: 'folder',
  0o120000: 'link',
  0o140000: 'socket',
  0o010000: 'pipe',
  0o020000: 'device',
  0o060000: 'device',
};

export type FileKind = 'file' | 'folder' | 'link' | 'socket' | 'pipe' | 'device' | 'unknown';

/** The kind of file that a mode tells; `unknown` when there is none, or an unheard-of one. */
export function kindOfMode(mode: number | undefined): FileKind {
  return mode === undefined ? 'unknown' : (kinds[mode & kindMask] ?? 'unknown');
}
