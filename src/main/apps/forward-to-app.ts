import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ClientAgent } from './client-agent.ts';
import { refusalOf } from './http-refusal.ts';
import type { AppPlace } from './public-place.ts';
import { answerHeaders, requestHeaders } from './rewritten-headers.ts';

const maxHeaderBytes = 128 * 1024;
const maxAttempts = 3;

/** The way to an app for the requests of one local connection. */
export interface AppRoute {
  readonly agent: ClientAgent;
  readonly place: AppPlace;
  /** In sentences: `the app wiki`. */
  readonly subject: string;
}

/** Sends one request on and its answer back, both as streams. A failure is answered in words. */
export function forwardToApp(route: AppRoute, request: IncomingMessage, response: ServerResponse): void {
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const isRepeatable = !hasBody && (request.method === 'GET' || request.method === 'HEAD');
  const attempt = (number: number) => {
    const sent = sendToApp(route, request, false);
    const onGone = () => sent.destroy();
    response.once('close', onGone);
    sent.on('error', () => {
      response.removeListener('close', onGone);
      // The app closed a kept connection in the moment in which it was used again.
      if (
        isRepeatable &&
        sent.reusedSocket &&
        number < maxAttempts &&
        !response.headersSent &&
        !response.destroyed
      )
        attempt(number + 1);
      else answerFailure(route, sent, response);
    });
    sent.once('response', (answer) => relay(route, answer, response));
    if (hasBody) request.pipe(sent);
    else sent.end();
  };
  attempt(1);
}

/** Begins the request to the app; the caller writes its body and ends it. */
export function sendToApp(
  { agent, place }: AppRoute,
  request: IncomingMessage,
  isUpgrade: boolean,
): ClientRequest {
  return httpRequest({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: requestHeaders(request.rawHeaders, place, isUpgrade),
    setHost: false,
    agent,
    maxHeaderSize: maxHeaderBytes,
    // What an app says is for the local program to judge.
    insecureHTTPParser: true,
  });
}

/** Why a request did not reach the app, or its answer not this machine. */
export function failureOf({ agent, subject }: AppRoute, sent: ClientRequest): AppError {
  const known = agent.failureOf(sent.socket);
  if (known) return known;
  return new AppError('target-down', `The connection to ${subject} ended before it answered.`, {
    advice: 'Try again. If it stays so, ask who runs the app.',
    action: 'retry',
  });
}

function relay({ place }: AppRoute, answer: IncomingMessage, response: ServerResponse): void {
  try {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage ?? '',
      answerHeaders(answer.rawHeaders, place, false),
    );
  } catch {
    // A header with characters that HTTP forbids.
    answer.destroy();
    response.destroy();
    return;
  }
  // A stream of events may have nothing to say for a long time.
  response.flushHeaders();
  answer.pipe(response);
  answer.once('close', () => {
    // An answer that was cut must not look complete.
    if (!answer.complete) response.destroy();
  });
}

function answerFailure(route: AppRoute, sent: ClientRequest, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { code, text } = refusalOf(failureOf(route, sent));
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text);
}
