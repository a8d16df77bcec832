import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { type DemoServer, listenLocally } from './demo-server.ts';

const maxBodyBytes = 1 << 20;
const maxSteps = 1000;

/**
 * A web application that shows what reaches it: `/` as a page, `/echo` as JSON, `/cookie?name=value` sets one,
 * `/redirect?to=…`, `/slow?ms=…`, `/stream?count=…&ms=…` in pieces, and an echo for WebSockets on `/ws`.
 */
export async function startDemoHttpApp(): Promise<DemoServer> {
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server, path: '/ws', maxPayload: maxBodyBytes });
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
  });
  const listening = await listenLocally(server);
  return {
    ...listening,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await listening.stop();
    },
  };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://app');
  const number = (name: string, fallback: number) => {
    const value = Number(url.searchParams.get(name) ?? fallback);
    return Number.isFinite(value) && value >= 0 ? Math.min(value, 60_000) : fallback;
  };
  switch (url.pathname) {
    case '/':
      return sendPage(request, response);
    case '/echo':
      return sendJson(response, await describe(request));
    case '/cookie':
      response.setHeader(
        'set-cookie',
        [...url.searchParams].map(([name, value]) => `${name}=${value}; Path=/; HttpOnly; SameSite=Lax`),
      );
      return sendJson(response, { ok: true });
    case '/redirect':
      response.writeHead(302, { location: url.searchParams.get('to') ?? '/' }).end();
      return;
    case '/slow':
      await delay(number('ms', 1000));
      return sendJson(response, { ok: true });
    case '/stream':
      return stream(response, Math.min(number('count', 10), maxSteps), number('ms', 100));
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

/** The request as the app got it, headers in order. */
async function describe(request: IncomingMessage) {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBodyBytes) throw new Error('too large');
    pieces.push(piece);
  }
  return {
    method: request.method,
    url: request.url,
    headers: request.rawHeaders,
    body: Buffer.concat(pieces).toString('utf8'),
  };
}

async function stream(response: ServerResponse, count: number, ms: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' });
  for (let step = 1; step <= count && !response.destroyed; step += 1) {
    response.write(`${step}\n`);
    await delay(ms);
  }
  response.end();
}

function sendPage(request: IncomingMessage, response: ServerResponse): void {
  const rows: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2)
    rows.push(
      `<tr><th>${escape(request.rawHeaders[at])}</th><td>${escape(request.rawHeaders[at + 1])}</td></tr>`,
    );
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>
<html lang="en">
<title>Request mirror</title>
<meta name="viewport" content="width=device-width">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark; }
  th { text-align: left; padding-right: 2rem; vertical-align: top; white-space: nowrap; font-weight: 600; }
  td { word-break: break-all; font-family: ui-monospace, monospace; font-size: 0.875rem; }
</style>
<h1>You reached the app</h1>
<p>This is what it got from your browser, by way of the cluster.</p>
<p><code>${escape(request.method)} ${escape(request.url)}</code></p>
<table>${rows.join('\n')}</table>
</html>
`);
}

function escape(text: string | undefined): string {
  return (text ?? '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
