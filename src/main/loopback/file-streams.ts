import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { displayRemoteName } from '../../shared/files/remote-name.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import type { FileBody, FileStreams } from '../app/app.ts';

const route = /^\/files\/(parts|items|downloads)\/([A-Za-z0-9-]{1,64})$/;

/** Whether a request is for the bytes of a transfer. */
export function isFileRequest(url: URL): boolean {
  return url.pathname.startsWith('/files/');
}

/**
 * Bytes between the page and a transfer, as streams: `POST parts/<id>` sends a part that was asked for, `GET items/<id>` and
 * `GET downloads/<id>` fetch, from a byte on with `?offset=` or a `Range`. The caller has checked cookie and origin.
 */
export async function serveFiles(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  streams: FileStreams,
): Promise<void> {
  const [, kind, id] = route.exec(url.pathname) ?? [];
  const wanted = kind === 'parts' ? 'POST' : 'GET';
  if (kind === undefined || id === undefined) fail(response, 404);
  else if (request.method !== wanted) fail(response, 405);
  else if (kind === 'parts') await takePart(request, response, id, streams);
  else await sendBody(request, response, url, (offset) => find(kind, id, offset, streams));
}

async function find(kind: string, id: string, offset: number, streams: FileStreams) {
  return kind === 'items' ? streams.itemBody(id, offset) : streams.downloadBody(id, offset);
}

async function takePart(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  streams: FileStreams,
): Promise<void> {
  try {
    await streams.takePart(id, request);
    response.writeHead(204).end();
  } catch (error) {
    fail(response, isAppError(error, 'not-found') ? 404 : 409);
  }
}

async function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  open: (offset: number) => Promise<FileBody | undefined>,
): Promise<void> {
  const range = /^bytes=(\d{1,15})-$/.exec(request.headers.range ?? '')?.[1];
  const offset = Number(range ?? url.searchParams.get('offset') ?? 0);
  const body = Number.isSafeInteger(offset) && offset >= 0 ? await open(offset) : undefined;
  if (!body || (body.size !== undefined && offset > body.size)) {
    fail(response, 404);
    return;
  }
  const { size } = body;
  response.writeHead(range === undefined || size === undefined ? 200 : 206, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(plainName(body.name))}`,
    'Cache-Control': 'no-store',
    ...(size === undefined ? {} : { 'Content-Length': size - offset, 'Accept-Ranges': 'bytes' }),
    ...(range === undefined || size === undefined
      ? {}
      : { 'Content-Range': `bytes ${offset}-${Math.max(offset, size - 1)}/${size}` }),
  });
  try {
    await pipeline(Readable.from(body.bytes, { objectMode: false, highWaterMark: 1 << 20 }), response);
  } catch {
    // The browser sees that bytes are missing, and asks for the rest.
    response.destroy();
  }
}

function plainName(name: string): string {
  return displayRemoteName(name).replaceAll(/[/\\]/g, '_').slice(0, 250) || 'download';
}

function fail(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' });
  response.end('This is not to be had here.\n');
}
