import type { ServerResponse } from 'node:http';
import type { JsonObject } from './objects.ts';

/** Reasons of refusals with their HTTP status (Kubernetes API conventions, "Response status kind"). */
const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;
export type StatusReason = keyof typeof codes;

/** A refusal that the client gets as a `Status` object. */
export class KubeError extends Error {
  readonly reason: StatusReason;
  readonly details: JsonObject | undefined;

  constructor(reason: StatusReason, message: string, details?: JsonObject) {
    super(message);
    this.name = 'KubeError';
    this.reason = reason;
    this.details = details;
  }

  get code(): number {
    return codes[this.reason];
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

export function notFound(plural: string, name: string): KubeError {
  return new KubeError('NotFound', `${plural} "${name}" not found`, { name, kind: plural });
}

export function sendJson(response: ServerResponse, code: number, body: JsonObject): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
  });
  response.end(bytes);
}

/** Answers with the refusal; anything unforeseen is an internal error without its text. */
export function sendError(response: ServerResponse, error: unknown): void {
  const refusal = asKubeError(error);
  sendJson(response, refusal.code, refusal.toStatus());
}

export function asKubeError(error: unknown): KubeError {
  return error instanceof KubeError
    ? error
    : new KubeError('InternalError', 'Internal error occurred in the embedded cluster');
}
