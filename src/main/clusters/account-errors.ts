import { AppError } from '../../shared/errors/app-error.ts';

export function expired(): AppError {
  return new AppError('session-expired', 'Your session on this cluster has expired.', {
    advice: 'Sign in again.',
    action: 'sign-in',
  });
}

export function signedOut(): AppError {
  return new AppError('signed-out', 'This user is signed out.', { advice: 'Sign in.', action: 'sign-in' });
}
