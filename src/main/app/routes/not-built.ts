import { AppError } from '../../../shared/errors/app-error.ts';

export function notBuilt(): never {
  throw new AppError('unsupported', 'This cannot be done yet.');
}
