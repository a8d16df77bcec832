import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { Duplex } from 'node:stream';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  ProxySshRequestSchema,
  ProxySshResponseSchema,
} from '../codec/gen/transport/transport_service_pb.js';
import { errorFromGrpc, grpcCode } from '../codec/grpc-error.ts';
import { decodeGrpcMessage, frameMessage, MessageSplitter } from '../codec/grpc-frames.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { cancelled } from '../net/dial-errors.ts';
import { createAgentStream } from '../net/ssh/agent.ts';
import { connectionLost, errorFromServerText } from '../net/ssh/ssh-errors.ts';

const path = '/teleport.transport.v1.TransportService/ProxySSH';
const maxFrameBytes = 64 * 1024;
const highWaterMark = 1 << 20;
const dialTimeoutMs = 40_000;

export interface ProxySshStreamOptions {
  readonly target: { readonly id: string; readonly clusterName: string };
  /** Answers the agent requests of a recording proxy (ssh.md 1.8). */
  readonly identity: AccountIdentity;
}

/**
 * One `ProxySSH` call as a byte stream; it resolves when the proxy has reached the node. When the call ends with a status,
 * the stream is destroyed with the reason, because ssh2 would wait for ever on a mere end of data (ssh.md 1.4, rule 6).
 */
export function openProxySshStream(
  session: ClientHttp2Session,
  options: ProxySshStreamOptions,
  signal?: AbortSignal,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const request = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'porthole',
    });
    const timer = setTimeout(() => stream.destroy(timedOut()), dialTimeoutMs);
    const abort = () => stream.destroy(cancelled());
    signal?.addEventListener('abort', abort, { once: true });
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const stream = new ProxySshStream(request, options.identity, () => {
      finish();
      resolve(stream);
    });
    stream.once('close', () => {
      finish();
      reject(stream.errored ?? connectionLost('the proxy ended the stream before the server was reached'));
    });
    stream.on('error', () => undefined);
    const dial = create(ProxySshRequestSchema, {
      dialTarget: { hostPort: `${options.target.id}:0`, cluster: options.target.clusterName },
    });
    request.write(frameMessage(toBinary(ProxySshRequestSchema, dial)));
  });
}

class ProxySshStream extends Duplex {
  readonly #request: ClientHttp2Stream;
  readonly #splitter = new MessageSplitter();
  readonly #agent: Duplex;
  readonly #onReached: () => void;
  #reached = false;
  #status: IncomingHttpHeaders = {};

  constructor(request: ClientHttp2Stream, identity: AccountIdentity, onReached: () => void) {
    super({ readableHighWaterMark: highWaterMark, writableHighWaterMark: highWaterMark, emitClose: true });
    this.#request = request;
    this.#onReached = onReached;
    this.#agent = createAgentStream({
      privateKey: identity.sshKey,
      certificate: identity.sshCertificate.blob,
    });
    this.#agent.on('data', (chunk: Buffer) => this.#send(agentField, chunk));
    this.#agent.on('error', (error) => this.destroy(error));
    request.on('data', (chunk: Buffer) => this.#receive(chunk));
    request.on('response', (headers) => {
      this.#status = headers;
    });
    request.on('trailers', (headers) => {
      this.#status = headers;
    });
    request.on('error', (error) => this.destroy(connectionLost(error.message, error)));
    // The server is done: nothing that is still sent matters.
    request.on('end', () => setImmediate(() => request.close()));
    request.on('close', () => this.#finish());
  }

  override _read(): void {
    this.#request.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    for (let start = 0; start < chunk.length; start += maxFrameBytes) {
      const isLast = start + maxFrameBytes >= chunk.length;
      this.#send(sshField, chunk.subarray(start, start + maxFrameBytes), isLast ? done : undefined);
    }
    if (chunk.length === 0) done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#request.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#agent.destroy();
    this.#request.close();
    done(error);
  }

  #send(field: number, payload: Uint8Array, done?: (error?: Error | null) => void): void {
    if (this.#request.closed || this.#request.destroyed) {
      done?.(connectionLost('closed'));
      return;
    }
    this.#request.write(encodeFrame(field, payload), done);
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#splitter.push(chunk)) this.#handle(message);
    } catch (error) {
      this.destroy(
        error instanceof AppError ? error : connectionLost('the proxy sent a malformed message', error),
      );
    }
  }

  #handle(message: Buffer): void {
    const { details, frame } = fromBinary(ProxySshResponseSchema, message);
    if (details && !this.#reached) {
      this.#reached = true;
      this.#onReached();
    }
    if (frame.case === 'ssh') {
      const { buffer, byteOffset, byteLength } = frame.value.payload;
      if (byteLength > 0 && !this.push(Buffer.from(buffer, byteOffset, byteLength))) this.#request.pause();
    } else if (frame.case === 'agent') {
      this.#agent.write(Buffer.from(frame.value.payload));
    }
  }

  #finish(): void {
    const status = this.#status['grpc-status'];
    const code = status === undefined ? undefined : Number(status);
    if (code === grpcCode.ok) {
      this.push(null);
      setImmediate(() => this.destroy());
      return;
    }
    const message = decodeGrpcMessage(String(this.#status['grpc-message'] ?? ''));
    this.destroy(
      code === undefined ? connectionLost('the proxy closed the stream') : errorFromDial(code, message),
    );
  }
}

/** Statuses of a dial speak of the target, also `unavailable` (ssh.md 1.4, rule 5). */
function errorFromDial(code: number, message: string): AppError {
  if (code === grpcCode.unimplemented) return errorFromGrpc(code, message);
  const known = errorFromServerText(message);
  if (known) return known;
  if (code === grpcCode.notFound)
    return errorFromServerText('unable to locate node') ?? errorFromGrpc(code, message);
  if (code === grpcCode.unavailable)
    return errorFromServerText('failed to dial target host') ?? errorFromGrpc(code, message);
  return errorFromGrpc(code, message);
}

const sshField = 2;
const agentField = 3;

/** `ProxySSHRequest { ssh | agent: Frame { payload } }`, written by hand to copy the payload once. */
function encodeFrame(field: number, payload: Uint8Array): Buffer {
  const inner = Buffer.concat([Buffer.from([(1 << 3) | 2]), varint(payload.length)]);
  const outer = Buffer.concat([Buffer.from([(field << 3) | 2]), varint(inner.length + payload.length)]);
  return frameMessage(outer, inner, payload);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function timedOut(): AppError {
  return new AppError('timed-out', 'The cluster did not reach this server in time.', {
    advice: 'Try again.',
    action: 'retry',
  });
}
