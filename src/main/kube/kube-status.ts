import { AppError, type ErrorCode } from '../../shared/errors/app-error.ts';
import { z } from 'zod';

/** Kubernetes' own form of a failure, as `kubectl` reads it. */
export interface KubeStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

const Status = z.object({
  kind: z.literal('Status'),
  message: z.string().max(100_000).optional(),
  reason: z.string().max(1_000).optional(),
  code: z.number().int().optional(),
});

const codes: Partial<Record<ErrorCode, readonly [number, string]>> = {
  'timed-out': [504, 'Timeout'],
  'session-expired': [401, 'Unauthorized'],
  'signed-out': [401, 'Unauthorized'],
  'access-denied': [403, 'Forbidden'],
  'mfa-required': [403, 'Forbidden'],
  'lock-in-force': [403, 'Forbidden'],
  'resource-gone': [404, 'NotFound'],
  'not-found': [404, 'NotFound'],
};

/** What a local client is told about a failure of Porthole's own. */
export function statusOf(error: AppError): KubeStatus {
  const [code, reason] = codes[error.code] ?? [503, 'ServiceUnavailable'];
  const message = [error.message, error.reason, error.advice].filter(Boolean).join(' ');
  return { code, reason, message: `Porthole: ${message}` };
}

export function formatStatus({ code, reason, message }: KubeStatus): string {
  return `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })}\n`;
}

/** Reads the body of a failed answer; undefined when it is no Status. Old proxies put the code inside (tunnels.md 4.6). */
export function parseStatus(body: string, httpCode: number): KubeStatus | undefined {
  try {
    const parsed = Status.parse(JSON.parse(body));
    const code = parsed.code ?? httpCode;
    return { code, reason: parsed.reason ?? '', message: parsed.message ?? '' };
  } catch {
    return undefined;
  }
}

/**
 * What the person should be told about a refused request; undefined for refusals that are part of ordinary work with
 * Kubernetes, such as an object that does not exist, which `kubectl` shows well.
 */
export function errorOfAnswer(httpCode: number, body: string): AppError | undefined {
  const status = parseStatus(body, httpCode);
  const code = status?.code ?? httpCode;
  const detail = status?.message || body.slice(0, 2_000).trim() || `HTTP ${httpCode}`;
  if (code === 403 || code === 401) return refusal(detail);
  if (code === 404 && /kubernetes cluster .* not found/i.test(detail)) {
    return new AppError('resource-gone', 'The cluster did not find this Kubernetes cluster.', {
      reason: 'It is gone, or your roles ask for a second factor for it.',
      advice: 'Look for it in the list, then open it again.',
      detail,
    });
  }
  if (code >= 500) {
    return new AppError('target-down', 'The Kubernetes cluster could not answer.', {
      reason: detail,
      detail,
    });
  }
  return undefined;
}

function refusal(detail: string): AppError {
  // Words of the kube proxy and of Kubernetes itself (tunnels.md 4.6).
  const saysMore = /is forbidden: User|impersonation request/.test(detail);
  const severalUsers = /please select a user to impersonate/i.test(detail);
  return new AppError('access-denied', 'The Kubernetes cluster refused a request.', {
    reason: severalUsers
      ? 'Your roles name several Kubernetes users, and the request chose none.'
      : saysMore
        ? detail
        : 'Your roles do not allow this, or a lock is in force.',
    advice: severalUsers
      ? 'Choose one with kubectl --as.'
      : 'Ask an administrator of the cluster for access.',
    detail,
  });
}
