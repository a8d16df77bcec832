import { AppError } from '../../../shared/errors/app-error.ts';

/** Status codes of gRPC that this client tells apart. */
export const grpcCode = {
  ok: 0,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
} as const;

/** The last of the lines that a server's layers joined (auth-api.md 1.6). */
export function lastLineOf(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.at(-1) ?? message;
}

/** What a status of the auth API means for the user. `message` is already decoded. */
export function errorFromGrpc(code: number, message: string): AppError {
  const reason = lastLineOf(message);
  const detail = `gRPC status ${code}: ${message}`;
  if (/client credentials have expired|expired certificate/i.test(message)) {
    return new AppError('session-expired', 'Your session on this cluster has expired.', {
      advice: 'Sign in again.',
      action: 'sign-in',
      detail,
    });
  }
  if (/lock targeting/i.test(message)) {
    return new AppError('lock-in-force', 'An administrator has locked this access.', { reason, detail });
  }
  switch (code) {
    case grpcCode.invalidArgument:
      return new AppError('query-invalid', 'The cluster does not understand this request.', {
        reason,
        action: 'edit-input',
        detail,
      });
    case grpcCode.unknown:
      if (/parsing expression|expression/i.test(message)) {
        return new AppError('query-invalid', 'The search expression has a mistake.', {
          reason,
          action: 'edit-input',
          detail,
        });
      }
      break;
    case grpcCode.notFound:
      return new AppError('not-found', 'The cluster does not know this.', { reason, detail });
    case grpcCode.permissionDenied:
      return new AppError('access-denied', 'The cluster refused this.', {
        reason: reason === 'access denied' ? 'Your roles do not allow it, or your user is locked.' : reason,
        detail,
      });
    case grpcCode.resourceExhausted:
      return new AppError('rate-limited', 'The cluster asks to slow down.', {
        reason,
        action: 'retry',
        detail,
      });
    case grpcCode.unimplemented:
      return new AppError('unsupported', 'This cluster cannot do that.', { reason, detail });
    case grpcCode.deadlineExceeded:
      return new AppError('timed-out', 'The cluster did not answer in time.', {
        advice: 'Try again.',
        action: 'retry',
        detail,
      });
    case grpcCode.unavailable:
      return new AppError('connection-lost', 'The connection to the cluster was lost.', {
        reason,
        action: 'retry',
        detail,
      });
    default:
      break;
  }
  return new AppError('server-error', 'The cluster answered with an error.', {
    reason,
    action: 'retry',
    detail,
  });
}
