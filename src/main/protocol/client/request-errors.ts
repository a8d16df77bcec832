import { AppError } from '../../../shared/errors/app-error.ts';
import { grpcCode, lastLineOf } from '../codec/grpc-error.ts';

const mfaNeeded = /admin-level API request requires MFA verification/i;

/** The server asks for a fresh second factor for this one call (auth-api.md 1.5). */
export function needsAdminMfa(error: unknown): boolean {
  return error instanceof AppError && mfaNeeded.test(error.detail ?? '');
}

/** A review that came too late is told as such (auth-api.md 11.3). */
export function reviewError(failure: { readonly status: number; readonly error: AppError }): AppError {
  const { status, error } = failure;
  const text = lastLineOf(error.detail ?? '');
  if (/already (been )?(approved|denied|promoted|resolved)/i.test(text)) {
    return new AppError('conflict', 'Somebody else has decided this request meanwhile.', {
      reason: text,
      advice: 'Look at the decision; your review was not counted.',
      detail: error.detail,
    });
  }
  if (/already reviewed/i.test(text)) {
    return new AppError('conflict', 'You have reviewed this request already.', { detail: error.detail });
  }
  if (status === grpcCode.notFound) {
    return new AppError('conflict', 'This request is gone.', {
      reason: 'It has expired or was deleted before your review.',
      detail: error.detail,
    });
  }
  if (/cannot submit reviews/i.test(text)) {
    return new AppError('request-refused', 'You may not review this request.', {
      reason:
        'None of your roles may review the roles it asks for, or this edition of the cluster has no reviews.',
      advice: 'Ask another reviewer, or an administrator of the cluster.',
      detail: error.detail,
    });
  }
  return error;
}
