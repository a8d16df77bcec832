import { request as httpRequest } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatAddress, type ProxyAddress } from './address.ts';
import { cancelled, dialTimedOut, fromSocketError } from './dial-errors.ts';
import { dialTls, type ServerTrust, type TlsDialOptions } from './dialer.ts';

const maxBodyBytes = 1 << 20;
const defaultDeadlineMs = 15_000;

export interface HttpsRequest {
  readonly address: ProxyAddress;
  readonly trust: ServerTrust;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What else the handshake says; the default is an ordinary web request. */
  readonly tls?: Partial<Pick<TlsDialOptions, 'servername' | 'alpn' | 'client'>>;
  /** `Host` header; default: the address. */
  readonly host?: string;
  /** From the dial to the last byte. */
  readonly deadlineMs?: number;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly body: string;
  /** The `Date` header, when it can be read. */
  readonly date: Date | undefined;
}

/** One request on a connection of its own, with bounds on size and on the whole time. Throws coded errors only. */
export async function sendHttps(options: HttpsRequest, signal?: AbortSignal): Promise<HttpsAnswer> {
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
  const started = performance.now();
  const socket = await dialTls(
    { address: options.address, trust: options.trust, alpn: ['http/1.1'], ...options.tls },
    signal,
  );
  try {
    return await exchange(socket, options, deadlineMs - (performance.now() - started), signal);
  } finally {
    socket.destroy();
  }
}

function exchange(
  socket: TLSSocket,
  options: HttpsRequest,
  remainingMs: number,
  signal: AbortSignal | undefined,
): Promise<HttpsAnswer> {
  const name = formatAddress(options.address);
  const payload = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(dialTimedOut(name)), Math.max(1, remainingMs));
    const abort = () => reject(cancelled());
    signal?.addEventListener('abort', abort, { once: true });
    const fail = (error: Error) => reject(garbage(error) ?? fromSocketError(error, name));
    const request = httpRequest(
      {
        createConnection: () => socket,
        method: options.method,
        path: options.path,
        maxHeaderSize: 32 * 1024,
        headers: {
          Host: options.host ?? name,
          'User-Agent': 'porthole',
          Connection: 'close',
          ...(payload ? { 'Content-Type': 'application/json', 'Content-Length': payload.length } : {}),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBodyBytes) reject(tooLarge(name));
          else chunks.push(chunk);
        });
        response.once('error', fail);
        response.once('end', () => {
          const date = new Date(response.headers.date ?? '');
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            date: Number.isNaN(date.getTime()) ? undefined : date,
          });
        });
      },
    );
    request.once('error', fail);
    request.once('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      fail(new Error('closed before the answer was complete'));
    });
    request.end(payload);
  }).finally(() => socket.destroy()) as Promise<HttpsAnswer>;
}

function tooLarge(name: string): AppError {
  return new AppError('answer-too-large', `${name} sent an answer that is far too large.`, {
    reason: 'Teleport answers with a few kilobytes here.',
    advice: 'Check the address.',
    action: 'edit-input',
  });
}

function garbage(error: NodeJS.ErrnoException): AppError | undefined {
  if (!error.code?.startsWith('HPE_')) return undefined;
  return new AppError('not-teleport', 'This is not a Teleport proxy.', {
    reason: 'The answer was not HTTP.',
    advice: 'Check the address and the port.',
    action: 'edit-input',
    detail: `${error.code}: ${error.message}`,
    cause: error,
  });
}
