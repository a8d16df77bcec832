import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { fromBinary, toBinary, create } from '@bufbuild/protobuf';
import type { TLSSocket } from 'node:tls';
import {
  ProxySshRequestSchema,
  ProxySshResponseSchema,
} from '../main/protocol/codec/gen/transport/transport_service_pb.js';
import { frameMessage, MessageSplitter } from '../main/protocol/codec/grpc-frames.ts';
import { isCaller, refusalOf } from './caller-status.ts';
import type { ClusterCore } from './core.ts';
import { DialRefusal, type NodeDialer } from './node-dialer.ts';

export const proxySshPath = '/teleport.transport.v1.TransportService/ProxySSH';
const maxFrameBytes = 64 * 1024;

/** One `ProxySSH` call: first the dial target, then raw SSH bytes both ways (ssh.md 1.4). */
export function serveProxySsh(
  core: ClusterCore,
  dialer: NodeDialer,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): void {
  const { stream } = request;
  const call = new Call(response);
  const check = core.checkCaller(stream.session?.socket as unknown as TLSSocket);
  const refusal = refusalOf(check);
  if (refusal || !isCaller(check)) {
    call.end(refusal?.code ?? 7, refusal?.message ?? 'access denied');
    return;
  }
  const undo = core.onLock(({ userName, message }) => {
    if (userName === check.userName) call.end(7, `lock targeting User:"${userName}" is in force: ${message}`);
  });
  stream.once('close', () => undo.dispose());
  call.start(async (target) => {
    const hostPort = /^(.*):(\d+)$/.exec(target.hostPort);
    if (!hostPort) throw new DialRefusal(3, 'dial target contains an invalid hostport');
    return dialer.dial(hostPort[1] ?? '', target.cluster, check);
  });
}

class Call {
  readonly #stream: ServerHttp2Stream;
  readonly #response: Http2ServerResponse;
  readonly #splitter = new MessageSplitter();
  #node: Duplex | undefined;
  #early: Buffer[] = [];
  #ended = false;

  constructor(response: Http2ServerResponse) {
    this.#response = response;
    this.#stream = response.stream;
    this.#stream.on('error', () => this.#drop());
    this.#stream.once('close', () => this.#drop());
    response.writeHead(200, { 'content-type': 'application/grpc' });
  }

  start(dial: (target: { hostPort: string; cluster: string }) => Promise<Duplex>): void {
    let dialled = false;
    this.#stream.on('data', (chunk: Buffer) => {
      try {
        for (const raw of this.#splitter.push(chunk)) {
          const message = fromBinary(ProxySshRequestSchema, raw);
          if (!dialled) {
            if (!message.dialTarget) throw new DialRefusal(3, 'first frame must contain a dial target');
            dialled = true;
            dial(message.dialTarget).then(
              (node) => this.#connect(node),
              (error: unknown) => this.#refuse(error),
            );
          } else if (message.frame.case === 'ssh') this.#toNode(Buffer.from(message.frame.value.payload));
        }
      } catch (error) {
        this.#refuse(error);
      }
    });
    this.#stream.once('end', () => this.#node?.end());
  }

  end(code: number, message: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#response.addTrailers({ 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) });
    this.#response.end();
  }

  #connect(node: Duplex): void {
    if (this.#ended || this.#stream.destroyed) {
      node.destroy();
      return;
    }
    this.#node = node;
    this.#send(create(ProxySshResponseSchema, { details: {} }));
    for (const chunk of this.#early) node.write(chunk);
    this.#early = [];
    node.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += maxFrameBytes) {
        const payload = chunk.subarray(at, at + maxFrameBytes);
        if (!this.#send(create(ProxySshResponseSchema, { frame: { case: 'ssh', value: { payload } } })))
          node.pause();
      }
    });
    this.#response.on('drain', () => node.resume());
    node.once('end', () => this.end(0, ''));
    node.once('error', () => this.end(0, ''));
    node.once('close', () => this.end(0, ''));
  }

  #toNode(chunk: Buffer): void {
    if (!this.#node) this.#early.push(chunk);
    else if (!this.#node.write(chunk)) {
      this.#stream.pause();
      this.#node.once('drain', () => this.#stream.resume());
    }
  }

  #send(message: ReturnType<typeof create<typeof ProxySshResponseSchema>>): boolean {
    if (this.#ended || this.#stream.destroyed) return true;
    return this.#response.write(frameMessage(toBinary(ProxySshResponseSchema, message)));
  }

  #refuse(error: unknown): void {
    if (error instanceof DialRefusal) this.end(error.code, error.message);
    else this.end(3, 'malformed message');
  }

  #drop(): void {
    this.#ended = true;
    this.#node?.destroy();
  }
}
