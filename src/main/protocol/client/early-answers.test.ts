import { once } from 'node:events';
import { createServer, constants, type Http2Server } from 'node:http2';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { AuthService, PingResponseSchema } from '../codec/gen/auth/authservice_pb.js';
import { EarlyAnswers } from './early-answers.ts';

let server: Http2Server | undefined;
afterEach(() => server?.close());

/** A server that does as Go does: it answers when the headers are there, and resets the stream behind the answer. */
async function startEager(code: number): Promise<string> {
  const message = toBinary(
    PingResponseSchema,
    create(PingResponseSchema, { clusterName: 'x'.repeat(1_000) }),
  );
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  server = createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': '0' });
      setImmediate(() => stream.close(code));
    });
    stream.end(Buffer.concat([head, message]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe('calls to a server that answers early', () => {
  it('count when the answer is complete, many at once', async () => {
    const baseUrl = await startEager(constants.NGHTTP2_NO_ERROR);
    const manager = new EarlyAnswers(baseUrl);
    const client = createClient(AuthService, createGrpcTransport({ baseUrl, sessionManager: manager }));
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.ping({})));
    expect(answers.every((answer) => answer.clusterName.length === 1_000)).toBe(true);
    manager.abort();
  });

  it('fail when the stream is reset with an error', async () => {
    server = createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const manager = new EarlyAnswers(baseUrl);
    const client = createClient(AuthService, createGrpcTransport({ baseUrl, sessionManager: manager }));
    await expect(client.ping({})).rejects.toThrow();
    manager.abort();
  });
});
