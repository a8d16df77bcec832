import { z } from 'zod';

/** Every kind of failure that a person or another process may meet. Closed: a new one is a reviewed change. */
export const errorCodes = [
  // input and programming
  'invalid-input',
  'not-found',
  'cancelled',
  'timed-out',
  'unsupported',
  'internal',
  // reaching a proxy
  'address-invalid',
  'host-not-found',
  'connection-refused',
  'network-unreachable',
  'connection-lost',
  'not-teleport',
  'answer-invalid',
  'answer-too-large',
  'http-proxy-refused',
  'tls-untrusted',
  'tls-failed',
  'server-too-old',
  'server-too-new',
  'server-error',
  'rate-limited',
  // signing in
  'credentials-wrong',
  'code-required',
  'code-wrong',
  'security-key-required',
  'too-many-attempts',
  'user-locked',
  'password-expired',
  'second-factor-unusable',
  'sign-in-kind-unsupported',
  'hardware-key-required',
  'session-expired',
  'signed-out',
  // using resources
  'access-denied',
  'login-refused',
  'mfa-required',
  'lock-in-force',
  'resource-gone',
  'resource-offline',
  'resource-ambiguous',
  'host-untrusted',
  'too-many-sessions',
  'query-invalid',
  // access requests
  'conflict',
  'request-refused',
  // tunnels
  'port-taken',
  'port-not-allowed',
  'protocol-unsupported',
  'target-down',
  'kubeconfig-unusable',
  'program-missing',
  // files of servers
  'file-not-found',
  'file-permission-denied',
  'file-exists',
  'file-failed',
  'file-changed',
  'file-copy-forbidden',
  'disk-full',
  // the app's own files
  'settings-invalid',
  'settings-too-large',
  'settings-read-only',
  'store-damaged',
  'store-unwritable',
  'secrets-unavailable',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What would help; the view shows a button that does it. */
export const errorActions = ['retry', 'sign-in', 'trust-certificate', 'edit-input', 'none'] as const;
export type ErrorAction = (typeof errorActions)[number];

/** The form in which an error crosses the contract. `detail` is raw text of the far side for the disclosure. */
export const ErrorInfo = z.object({
  code: z.enum(errorCodes),
  message: z.string().max(4_000),
  reason: z.string().max(4_000).optional(),
  advice: z.string().max(4_000).optional(),
  action: z.enum(errorActions),
  detail: z.string().max(20_000).optional(),
  /** Facts that a view needs to offer the action, such as the fingerprint of an untrusted certificate. */
  facts: z.record(z.string().max(100), z.string().max(20_000)).optional(),
});
export type ErrorInfo = z.infer<typeof ErrorInfo>;

export interface AppErrorOptions {
  /** Why it happened, one sentence. */
  reason?: string | undefined;
  /** What the person can do, one sentence. */
  advice?: string | undefined;
  action?: ErrorAction | undefined;
  detail?: string | undefined;
  facts?: Record<string, string> | undefined;
  /** Kept for the log of the main process; never crosses the contract. */
  cause?: unknown;
}

/** An expected failure: `message` says what happened. Guards test `code`, never `instanceof`, past a boundary. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly advice: string | undefined;
  readonly action: ErrorAction;
  readonly detail: string | undefined;
  readonly facts: Record<string, string> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.advice = options.advice;
    this.action = options.action ?? 'none';
    this.detail = options.detail;
    this.facts = options.facts;
  }
}

/** Rebuilds the plain form; anything that is not an `AppError` becomes `internal` without its text. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (!(error instanceof AppError)) {
    return {
      code: 'internal',
      message: 'Something inside Porthole failed.',
      advice: 'Try again. If it happens again, report it with the log.',
      action: 'retry',
    };
  }
  const cut = (text: string, limit: number) => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text);
  return {
    code: error.code,
    message: cut(error.message, 4_000),
    ...(error.reason === undefined ? {} : { reason: cut(error.reason, 4_000) }),
    ...(error.advice === undefined ? {} : { advice: cut(error.advice, 4_000) }),
    action: error.action,
    ...(error.detail === undefined ? {} : { detail: cut(error.detail, 20_000) }),
    ...(error.facts === undefined ? {} : { facts: error.facts }),
  };
}

export function fromErrorInfo(info: ErrorInfo): AppError {
  const { code, message, ...options } = info;
  return new AppError(code, message, options);
}

export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

/** Ends an exhaustive `switch`. */
export function unreachable(value: never): never {
  throw new AppError('internal', 'A case was not handled.', { detail: JSON.stringify(value) });
}
