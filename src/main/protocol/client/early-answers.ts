import type { ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { Http2SessionManager } from '@connectrpc/connect-node';

type RequestOptions = Parameters<Http2SessionManager['request']>[3];

const maxWaitingBytes = 4 << 20;

/**
 * HTTP/2 for servers that answer before a request has ended. A Go server that has its answer by then sends it and resets
 * the stream behind it without an error (RFC 9113 8.1), which Connect for Node takes for a failed call ("Premature
 * close"), the more often the more calls run side by side. So a request ends together with its last message, and an
 * answer that is complete counts, whatever became of the rest of the stream.
 */
export class EarlyAnswers extends Http2SessionManager {
  override async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: RequestOptions,
  ): Promise<ClientHttp2Stream> {
    const stream = await super.request(method, path, headers, options);
    endWithLastMessage(stream);
    readAtOnce(stream);
    return stream;
  }
}

/** Connect ends a request only when its message was written out; messages here are small. */
function endWithLastMessage(stream: ClientHttp2Stream): void {
  const write = stream.write.bind(stream) as (chunk: unknown, encoding?: BufferEncoding) => boolean;
  stream.write = ((chunk: unknown, encoding: BufferEncoding, done?: (error?: Error | null) => void) => {
    const isRoomy = write(chunk, encoding);
    if (done) queueMicrotask(() => done(null));
    return isRoomy;
  }) as typeof stream.write;
}

/** Takes the answer from the stream as it comes, because a reset throws away what was not read. */
function readAtOnce(stream: ClientHttp2Stream): void {
  const chunks: Buffer[] = [];
  let waiting = 0;
  let hasTrailers = false;
  let end: { readonly error: Error | undefined } | undefined;
  let wake: (() => void) | undefined;
  const finish = (error: Error | undefined) => {
    end ??= { error };
    wake?.();
  };
  stream.on('trailers', () => {
    hasTrailers = true;
  });
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    waiting += chunk.length;
    if (waiting > maxWaitingBytes) stream.pause();
    wake?.();
  });
  // Trailers are told in a later turn than the end before them.
  stream.on('end', () => setImmediate(() => finish(undefined)));
  stream.on('error', (error: Error) => finish(error));
  stream.on('close', () =>
    setImmediate(() => finish(hasTrailers ? undefined : new Error('the stream was closed'))),
  );
  const answer = async function* (): AsyncGenerator<Buffer, undefined> {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk) {
        waiting -= chunk.length;
        if (stream.isPaused() && waiting < maxWaitingBytes / 2) stream.resume();
        yield chunk;
      } else if (end) {
        if (end.error) throw end.error;
        return undefined;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  };
  Object.defineProperty(stream, Symbol.asyncIterator, { value: answer });
}
