import { Duplex } from 'node:stream';
import { type SpdyFrame, SpdyFrameReader, SpdyFrameWriter } from './spdy-frames.ts';
import type { SpdyHeaders } from './spdy-headers.ts';

const pingEveryMs = 30_000;
const maxStreams = 1_000;
const farewellMs = 5_000;
const status = { protocolError: 1, refused: 3, cancel: 5 } as const;

/** One stream of a SPDY connection: reads what the peer sends, `end` is its FIN. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #connection: SpdyConnection;
  #isReset = false;

  constructor(connection: SpdyConnection, id: number, headers: SpdyHeaders) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#connection = connection;
    this.id = id;
    this.headers = headers;
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#connection.unblock(this);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#connection.sendData(this.id, chunk, false, done);
  }

  override _final(done: () => void): void {
    this.#connection.sendData(this.id, Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const isWhole = this.readableEnded && this.writableFinished;
    this.#connection.forget(this, isWhole || this.#isReset ? undefined : status.cancel);
    done(error);
  }

  /** The peer gave the stream up. */
  reset(): void {
    this.#isReset = true;
    this.destroy();
  }
}

/**
 * The server's end of SPDY/3.1 as Kubernetes uses it: the client opens streams, TCP alone holds senders back.
 * It ends with its transport, and the transport with it.
 */
export class SpdyConnection {
  readonly #transport: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #reader = new SpdyFrameReader();
  readonly #writer = new SpdyFrameWriter();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #blocked = new Set<SpdyStream>();
  #lastStreamId = 0;
  #nextPing = 2;
  #isEnding = false;

  constructor(transport: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#onStream = onStream;
    transport.on('data', (chunk: Buffer) => this.#take(chunk));
    transport.on('error', () => transport.destroy());
    transport.once('end', () => transport.destroy());
    // A peer that is gone is noticed even while nothing is read from it.
    const pings = setInterval(() => this.#ping(), pingEveryMs);
    transport.once('close', () => {
      clearInterval(pings);
      for (const stream of this.#streams.values()) stream.reset();
    });
  }

  onClose(listener: () => void): void {
    if (this.#transport.destroyed) queueMicrotask(listener);
    else this.#transport.once('close', listener);
  }

  /** Says goodbye, then closes once everything is on its way. */
  end(): void {
    if (!this.#transport.writable) return;
    this.#isEnding = true;
    this.#transport.write(this.#writer.goAway(this.#lastStreamId));
    this.#transport.end();
    // What the peer still sends is dropped, so that its end is seen.
    this.#transport.resume();
    const timer = setTimeout(() => this.#transport.destroy(), farewellMs);
    this.#transport.once('close', () => clearTimeout(timer));
  }

  destroy(): void {
    this.#transport.destroy();
  }

  sendData(streamId: number, bytes: Buffer, isLast: boolean, done: () => void): void {
    if (!this.#transport.writable) {
      done();
      return;
    }
    this.#transport.cork();
    this.#transport.write(this.#writer.dataHead(streamId, bytes.length, isLast));
    this.#transport.write(bytes, () => done());
    this.#transport.uncork();
  }

  unblock(stream: SpdyStream): void {
    if (this.#blocked.delete(stream) && this.#blocked.size === 0) this.#transport.resume();
  }

  forget(stream: SpdyStream, resetStatus: number | undefined): void {
    this.#streams.delete(stream.id);
    if (resetStatus !== undefined && this.#transport.writable)
      this.#transport.write(this.#writer.reset(stream.id, resetStatus));
    this.unblock(stream);
  }

  #ping(): void {
    if (this.#transport.writable) this.#transport.write(this.#writer.ping(this.#nextPing));
    this.#nextPing = this.#nextPing >= 0x7ffffffe ? 2 : this.#nextPing + 2;
  }

  #take(chunk: Buffer): void {
    if (this.#isEnding) return;
    try {
      for (const frame of this.#reader.push(chunk)) this.#handle(frame);
    } catch {
      this.#transport.destroy();
    }
  }

  #handle(frame: SpdyFrame): void {
    switch (frame.kind) {
      case 'syn-stream':
        this.#open(frame.streamId, frame.headers, frame.isLast);
        return;
      case 'data': {
        const stream = this.#streams.get(frame.streamId);
        if (!stream) return;
        if (frame.bytes.length > 0 && !stream.push(frame.bytes)) this.#block(stream);
        if (frame.isLast) stream.push(null);
        return;
      }
      case 'headers':
        if (frame.isLast) this.#streams.get(frame.streamId)?.push(null);
        return;
      case 'reset':
        this.#streams.get(frame.streamId)?.reset();
        return;
      case 'ping':
        // Odd numbers are the client's; even ones answer ours.
        if (frame.id % 2 === 1) this.#transport.write(this.#writer.ping(frame.id));
        return;
      case 'syn-reply':
      case 'go-away':
      case 'ignored':
        return;
    }
  }

  #open(streamId: number, headers: SpdyHeaders, isLast: boolean): void {
    if (streamId % 2 === 0 || streamId <= this.#lastStreamId) {
      this.#transport.write(this.#writer.reset(streamId, status.protocolError));
      return;
    }
    this.#lastStreamId = streamId;
    if (this.#streams.size >= maxStreams) {
      this.#transport.write(this.#writer.reset(streamId, status.refused));
      return;
    }
    const stream = new SpdyStream(this, streamId, headers);
    this.#streams.set(streamId, stream);
    this.#transport.write(this.#writer.synReply(streamId, new Map()));
    this.#onStream(stream);
    if (isLast) stream.push(null);
  }

  #block(stream: SpdyStream): void {
    this.#blocked.add(stream);
    this.#transport.pause();
  }
}
