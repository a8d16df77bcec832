import type { SftpAnswer } from '../../main/protocol/codec/sftp/answers.ts';
import { sftpStatus } from '../../main/protocol/codec/sftp/packets.ts';

export const done: SftpAnswer = { type: 'status', code: sftpStatus.ok, message: '' };
export const ended: SftpAnswer = { type: 'status', code: sftpStatus.eof, message: 'EOF' };
export const unsupported: SftpAnswer = {
  type: 'status',
  code: sftpStatus.unsupported,
  message: 'operation unsupported',
};

export function nameAnswer(name: Uint8Array): SftpAnswer {
  return { type: 'name', entries: [{ name, longName: name, attributes: {} }] };
}

/** In the words of the system, as real servers give them. */
export function statusOf(error: NodeJS.ErrnoException): SftpAnswer {
  const message = error.message.replace(/^[A-Z0-9]+: /, '').slice(0, 1_000);
  const code =
    error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? sftpStatus.noSuchFile
      : error.code === 'EACCES' || error.code === 'EPERM'
        ? sftpStatus.permissionDenied
        : sftpStatus.failure;
  return { type: 'status', code, message };
}

export function badHandle(): Error {
  return Object.assign(new Error('bad handle'), { code: 'EBADF' });
}
