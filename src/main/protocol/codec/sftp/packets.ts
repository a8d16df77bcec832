import { AppError } from '../../../../shared/errors/app-error.ts';
import { sshUint32 } from '../ssh/wire.ts';

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

export const packetTypes = {
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

/** A packet as it is sent, with its length. */
export function encodePacket(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = 1 + parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([sshUint32(length), Buffer.from([type]), ...parts], length + 4);
}

export function malformedSftp(why: string): AppError {
  return new AppError('answer-invalid', 'The server speaks the file protocol wrongly.', {
    reason: `It was given up because ${why}.`,
    action: 'retry',
  });
}
