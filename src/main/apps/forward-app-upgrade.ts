import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type AppRoute, failureOf, sendToApp } from './forward-to-app.ts';
import { formatRefusal, refusalOf } from './http-refusal.ts';
import { answerHeaders } from './rewritten-headers.ts';

/** Sends a request for a WebSocket on. After the 101 both sides are one pipe of bytes; any other answer ends the connection. */
export function forwardAppUpgrade(
  route: AppRoute,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const sent = sendToApp(route, request, true);
  client.once('close', () => sent.destroy());
  sent.on('error', () => {
    if (client.writable) client.end(formatRefusal(refusalOf(failureOf(route, sent))));
  });
  sent.once('upgrade', (answer, far, farHead) => {
    far.on('error', () => client.destroy());
    client.write(headOf(answer, answerHeaders(answer.rawHeaders, route.place, true)));
    if (farHead.length > 0) client.write(farHead);
    if (head.length > 0) far.write(head);
    client.pipe(far);
    far.pipe(client);
    client.once('close', () => far.destroy());
    far.once('close', () => client.end());
  });
  sent.once('response', (answer) => {
    const headers = answerHeaders(answer.rawHeaders, route.place, false);
    client.write(headOf(answer, [...headers, 'Connection', 'close']));
    answer.pipe(client);
  });
  sent.end();
}

function headOf(answer: IncomingMessage, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${head}\r\n`;
}
