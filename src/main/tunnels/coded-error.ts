import { AppError, isAppError } from '../../shared/errors/app-error.ts';

/** The error itself when it has a code; else `internal`, with the error as its cause. */
export function codedError(error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError('internal', 'Something inside Porthole failed.', { action: 'retry', cause: error });
}
