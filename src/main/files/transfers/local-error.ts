import { AppError, isAppError } from '../../../shared/errors/app-error.ts';

/** A failure of this machine's disk in words. `what` is the act as a phrase: `write report.pdf`. */
export function localError(error: unknown, what: string): AppError {
  if (isAppError(error)) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const detail = error instanceof Error ? error.message : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new AppError('disk-full', `This machine has no room: it could not ${what}.`, {
        advice: 'Free some space, then try again.',
        action: 'retry',
        detail,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError('file-permission-denied', `Your account on this machine may not ${what}.`, {
        advice: 'Choose another folder.',
        detail,
      });
    case 'ENOENT':
      return new AppError('file-not-found', `It is gone from this machine: could not ${what}.`, { detail });
    case 'EEXIST':
      return new AppError('file-exists', `Something is in the way: could not ${what}.`, { detail });
    default:
      return new AppError('file-failed', `This machine could not ${what}.`, {
        reason: detail,
        action: 'retry',
        detail,
        cause: error,
      });
  }
}
