import { AppError, isAppError } from '../../../shared/errors/app-error.ts';
import type { SftpSession } from '../../protocol/client/sftp-session.ts';
import { SshReader, sshString } from '../../protocol/codec/ssh/wire.ts';
import { remoteBytes } from '../remote-path.ts';

const statvfs = 'statvfs@openssh.com';
const littleBytes = 64 << 10;

/**
 * OpenSSH says no more than "failure" when its disk is full: where it tells how much is free, and that is nothing, the error
 * becomes `disk-full`. Any other error comes back as it is.
 */
export async function asDiskFull(session: SftpSession, folder: string, error: unknown): Promise<unknown> {
  if (!isAppError(error, 'file-failed') || !session.isOpen || !session.knows(statvfs)) return error;
  try {
    const data = sshString(remoteBytes(folder));
    const answer = await session.expect(
      'extendedReply',
      { type: 'extended', name: statvfs, data },
      'ask for room',
    );
    const reader = new SshReader(answer.data);
    const [, fragment, , , available] = Array.from({ length: 5 }, () => Number(reader.uint64()));
    if (fragment === undefined || available === undefined || available * fragment >= littleBytes)
      return error;
    return new AppError('disk-full', 'The server has no room left.', {
      reason: error.message,
      advice: 'Free some space on the server, then try again.',
      action: 'retry',
      detail: error.detail,
    });
  } catch {
    return error;
  }
}
