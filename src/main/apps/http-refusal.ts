import { STATUS_CODES } from 'node:http';
import type { AppError, ErrorCode } from '../../shared/errors/app-error.ts';

const codes: Partial<Record<ErrorCode, number>> = {
  'timed-out': 504,
  'session-expired': 503,
  'signed-out': 503,
  cancelled: 503,
  'access-denied': 403,
  'mfa-required': 403,
  'second-factor-unusable': 403,
  'lock-in-force': 403,
  'resource-gone': 404,
  'invalid-input': 421,
};

/** What a local program is told when its request does not reach the app. */
export function refusalOf(error: AppError): { readonly code: number; readonly text: string } {
  const lines = [error.message, error.reason, error.advice].filter(Boolean);
  return { code: codes[error.code] ?? 502, text: `${lines.join('\n')}\n\nPorthole\n` };
}

/** The whole answer, for a connection that no HTTP server has any more. */
export function formatRefusal({ code, text }: ReturnType<typeof refusalOf>): string {
  return [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
    '',
    text,
  ].join('\r\n');
}
