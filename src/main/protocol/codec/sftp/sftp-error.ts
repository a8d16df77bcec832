import { AppError } from '../../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../../shared/files/remote-name.ts';
import { sftpStatus } from './packets.ts';

/** What a status that is not `ok` means for whoever asked. `what` is the act as a phrase: `open /etc/shadow`. */
export function errorFromStatus(code: number, message: string, what: string): AppError {
  const detail = `status ${code}${message === '' ? '' : `: ${displayRemoteName(message)}`}`;
  if (/no space left|disk quota|quota exceeded|file too large/i.test(message)) {
    return new AppError('disk-full', `The server has no room: it could not ${what}.`, {
      reason: displayRemoteName(message),
      advice: 'Free some space on the server, then try again.',
      action: 'retry',
      detail,
    });
  }
  if (code === sftpStatus.noSuchFile)
    return new AppError('file-not-found', `There is nothing to ${what}.`, {
      reason: 'The server does not find it.',
      advice: 'Refresh the folder.',
      action: 'retry',
      detail,
    });
  if (code === sftpStatus.permissionDenied)
    return new AppError('file-permission-denied', `You may not ${what}.`, {
      reason: 'The login that you use on this server has no right to it.',
      advice: 'Use another login, or ask for the right.',
      detail,
    });
  if (code === sftpStatus.unsupported)
    return new AppError('unsupported', `This server cannot ${what}.`, { detail });
  if (code === sftpStatus.connectionLost || code === sftpStatus.noConnection)
    return new AppError('connection-lost', 'The connection to the server was lost.', {
      action: 'retry',
      detail,
    });
  return new AppError('file-failed', `The server could not ${what}.`, {
    ...(message === '' || /^failure$/i.test(message) ? {} : { reason: displayRemoteName(message) }),
    action: 'retry',
    detail,
  });
}
