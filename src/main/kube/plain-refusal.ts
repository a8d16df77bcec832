import type { IncomingMessage } from 'node:http';
import type { KubeStatus } from './kube-status.ts';

/**
 * Whether a refusal of this request must be said in plain text. `kubectl` begins with discovery, and there it drops the message
 * of a Status ("unknown"), but shows a text, with 403 and with those codes of 500 and above that it has no words of its own for.
 */
export function needsPlainText(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    (request.headers['user-agent'] ?? '').startsWith('kubectl') &&
    /^\/(api|apis)(\/[^/?]+){0,2}\/?(\?|$)/.test(request.url ?? '')
  );
}

/** A 404 or 406 there only makes `kubectl` ask in an older way. */
export function isRefusal(code: number): boolean {
  return code === 401 || code === 403 || code >= 500;
}

/** Code and text of the refusal. */
export function plainRefusal(status: KubeStatus): { readonly code: number; readonly text: string } {
  const isForbidden = status.code === 401 || status.code === 403;
  return { code: isForbidden ? 403 : 502, text: status.message };
}
