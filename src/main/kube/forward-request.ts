import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import { fromSocketError } from '../protocol/net/dial-errors.ts';
import { answeredHeaders, forwardedHeaders } from './forwarded-headers.ts';
import type { KubeTarget } from './kube-target.ts';
import { errorOfAnswer, formatStatus, parseStatus, statusOf } from './kube-status.ts';
import { isRefusal, needsPlainText, plainRefusal } from './plain-refusal.ts';
import type { KubeUpstream } from './upstream.ts';

const maxStatusBytes = 64 * 1024;

/** Sends one request on and its answer back, both as streams. A failure becomes a Status. */
export async function forwardRequest(
  target: KubeTarget,
  upstream: KubeUpstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const answer = await answerOf(target, upstream, request, response);
    if (!answer) return;
    if (needsPlainText(request) && isRefusal(answer.statusCode ?? 0)) relayPlainly(target, answer, response);
    else relay(target, answer, response);
  } catch (error) {
    answerFailure(target, error, request, response);
  }
}

/** Undefined when the client has gone. */
async function answerOf(
  target: KubeTarget,
  upstream: KubeUpstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<IncomingMessage | undefined> {
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const isRepeatable = !hasBody && (request.method === 'GET' || request.method === 'HEAD');
  for (let attempt = 0; ; attempt += 1) {
    const credential = await upstream.credential();
    if (response.destroyed) return undefined;
    const sent = upstream.send(credential, {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: forwardedHeaders(request.rawHeaders, { host: target.host, isUpgrade: false }),
      isRepeatable,
    });
    const onGone = () => sent.destroy();
    response.once('close', onGone);
    try {
      if (hasBody) request.pipe(sent);
      else sent.end();
      return await responseTo(sent);
    } catch (error) {
      response.removeListener('close', onGone);
      if (response.destroyed) return undefined;
      // The other side closed a kept connection in the moment in which it was used again.
      if (isRepeatable && sent.reusedSocket && attempt < 2 && !isAppError(error)) continue;
      throw error;
    }
  }
}

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.once('response', resolve);
  });
}

function relay(target: KubeTarget, answer: IncomingMessage, response: ServerResponse): void {
  const code = answer.statusCode ?? 502;
  if (code >= 400) readFailure(answer, (body) => tell(target, errorOfAnswer(code, body)));
  response.writeHead(code, answer.statusMessage ?? '', answeredHeaders(answer.rawHeaders));
  // A watch may have nothing to say for a long time.
  response.flushHeaders();
  answer.pipe(response);
  answer.once('close', () => {
    if (answer.complete || response.destroyed) return;
    // An answer that was cut must not look complete.
    response.destroy();
    tell(target, cutOff(target.name));
  });
}

/** For `kubectl` as it begins: the message of the refusal as a text, or the answer as it came. */
function relayPlainly(target: KubeTarget, answer: IncomingMessage, response: ServerResponse): void {
  const code = answer.statusCode ?? 502;
  readFailure(answer, (body) => {
    tell(target, errorOfAnswer(code, body));
    const status = parseStatus(body, code);
    const plain = plainRefusal({ code, reason: '', message: status?.message || body });
    response.writeHead(plain.code, { 'content-type': 'text/plain; charset=utf-8' }).end(plain.text);
  });
  answer.once('close', () => {
    if (!answer.complete) response.destroy();
  });
}

/** Collects the beginning of a failed answer while it is passed on. */
export function readFailure(answer: IncomingMessage, done: (body: string) => void): void {
  const isZipped = answer.headers['content-encoding'] === 'gzip';
  const source = isZipped ? answer.pipe(createGunzip()) : answer;
  const parts: Buffer[] = [];
  let size = 0;
  source.on('data', (chunk: Buffer) => {
    if (size < maxStatusBytes) parts.push(chunk);
    size += chunk.length;
  });
  source.on('error', () => undefined);
  source.once('end', () => done(Buffer.concat(parts).subarray(0, maxStatusBytes).toString('utf8')));
}

/** Answers with a Status, or cuts the connection when an answer has begun. */
function answerFailure(
  target: KubeTarget,
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const known = toKnown(target, error);
  tell(target, known);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = statusOf(known);
  if (needsPlainText(request)) {
    const plain = plainRefusal(status);
    response.writeHead(plain.code, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(plain.text);
    return;
  }
  response.writeHead(status.code, { 'content-type': 'application/json', connection: 'close' });
  response.end(formatStatus(status));
}

export function toKnown(target: KubeTarget, error: unknown): AppError {
  return isAppError(error) ? error : fromSocketError(error as Error, target.host);
}

export function tell(target: KubeTarget, error: AppError | undefined): void {
  // The question in the window says it already.
  if (error && error.facts?.['waitsFor'] === undefined) target.onFailure(error);
}

function cutOff(name: string): AppError {
  return new AppError('connection-lost', `The connection to ${name} was cut in the middle of an answer.`, {
    advice: 'Run the command again.',
    action: 'retry',
  });
}
