import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { answeredHeaders, forwardedHeaders } from './forwarded-headers.ts';
import { readFailure, tell, toKnown } from './forward-request.ts';
import type { KubeTarget } from './kube-target.ts';
import { errorOfAnswer, formatStatus, statusOf } from './kube-status.ts';
import type { KubeUpstream } from './upstream.ts';

/**
 * Sends a request for an upgrade (SPDY/3.1 or WebSocket, tunnels.md 4.5) on. After the 101 both sides are one pipe of bytes;
 * any other answer is passed on and ends the connection.
 */
export async function forwardUpgrade(
  target: KubeTarget,
  upstream: KubeUpstream,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  try {
    const credential = await upstream.credential();
    if (client.destroyed) return;
    const sent = upstream.send(credential, {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: forwardedHeaders(request.rawHeaders, { host: target.host, isUpgrade: true }),
      isRepeatable: false,
    });
    client.once('close', () => sent.destroy());
    await new Promise<void>((resolve, reject) => {
      sent.on('error', reject);
      sent.once('upgrade', (answer, far, farHead) => {
        far.on('error', () => client.destroy());
        client.write(headOf(answer, answer.rawHeaders));
        join(client, far, head, farHead);
        resolve();
      });
      sent.once('response', (answer) => {
        relayRefusal(target, answer, client);
        resolve();
      });
      sent.end();
    });
  } catch (error) {
    refuse(target, client, error);
  }
}

function join(client: Duplex, far: Duplex, head: Buffer, farHead: Buffer): void {
  if (farHead.length > 0) client.write(farHead);
  if (head.length > 0) far.write(head);
  client.pipe(far);
  far.pipe(client);
  client.once('close', () => far.destroy());
  far.once('close', () => client.destroy());
}

function relayRefusal(target: KubeTarget, answer: IncomingMessage, client: Duplex): void {
  const code = answer.statusCode ?? 502;
  readFailure(answer, (body) => tell(target, errorOfAnswer(code, body)));
  const headers = answeredHeaders(answer.rawHeaders);
  client.write(headOf(answer, [...headers, 'Connection', 'close']));
  answer.pipe(client);
}

/** For a client whose request for an upgrade failed inside Porthole. */
export function refuse(target: KubeTarget, client: Duplex, error: unknown): void {
  const known = toKnown(target, error);
  tell(target, known);
  if (client.destroyed || !client.writable) return;
  const status = statusOf(known);
  const body = formatStatus(status);
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body))];
  const head = formatHead(status.code, STATUS_CODES[status.code] ?? '', [...headers, 'Connection', 'close']);
  client.end(head + body);
}

function headOf(answer: IncomingMessage, headers: readonly string[]): string {
  return formatHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
}

function formatHead(code: number, text: string, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${code} ${text}\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${head}\r\n`;
}
