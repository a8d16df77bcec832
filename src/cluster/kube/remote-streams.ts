import type { Readable, Writable } from 'node:stream';
import type { JsonObject } from './objects.ts';
import type { ProcessEnd } from './processes.ts';
import { KubeError } from './status.ts';

/** Which streams a client asks for in exec and attach. */
export interface StreamWishes {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The client's end of exec or attach, over SPDY or WebSocket. */
export interface RemoteStreams {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** Calls with each size of the client's terminal, the last one at once. */
  onResize(listener: (size: TerminalSize) => void): void;
  onClose(listener: () => void): void;
  /** Sends how it ended behind all output, then closes. */
  finish(status: JsonObject): void;
}

/** Reads the wishes of a request. Throws `BadRequest` when there is nothing to stream. */
export function parseWishes(query: URLSearchParams): StreamWishes {
  const isSet = (name: string) => ['true', '1'].includes(query.get(name) ?? '');
  const tty = isSet('tty');
  const wishes = { stdin: isSet('stdin'), stdout: isSet('stdout'), stderr: isSet('stderr') && !tty, tty };
  if (!wishes.stdin && !wishes.stdout && !wishes.stderr)
    throw new KubeError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  return wishes;
}

/** The size of a terminal as the resize stream sends it: JSON `{Width, Height}`. */
export function parseTerminalSize(text: string): TerminalSize | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    const isSize = (value: unknown): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0xffff;
    return isSize(columns) && isSize(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** The status behind all output, which carries the exit code (KEP-1558, `v4.channel.k8s.io`). */
export function statusOfEnd(end: ProcessEnd): JsonObject {
  if ('code' in end && end.code === 0) return { metadata: {}, status: 'Success' };
  if ('failure' in end)
    return {
      metadata: {},
      status: 'Failure',
      message: `error executing command in container: ${end.failure}`,
      reason: 'InternalError',
      details: { causes: [{ message: end.failure }] },
      code: 500,
    };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${end.code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(end.code) }] },
  };
}
