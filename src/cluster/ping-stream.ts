import { Duplex } from 'node:stream';
import {
  framePayload,
  PingFrameSplitter,
  pingFrame,
  pingIntervalMs,
} from '../main/protocol/codec/ping-frames.ts';
import { isAppError } from '../shared/errors/app-error.ts';

/** The payload of a stream with ping framing; sends a sign of life every 30 s, as a proxy does (tunnels.md 1.2). */
export class PingStream extends Duplex {
  readonly #far: Duplex;
  readonly #splitter = new PingFrameSplitter();
  readonly #timer: NodeJS.Timeout;

  constructor(far: Duplex) {
    super({ allowHalfOpen: true });
    this.#far = far;
    this.#timer = setInterval(() => far.write(pingFrame), pingIntervalMs);
    far.on('data', (chunk: Buffer) => this.#take(chunk));
    far.once('end', () => this.push(null));
    far.once('close', () => this.destroy());
    far.on('error', (error) => this.destroy(error));
  }

  #take(chunk: Buffer): void {
    try {
      let wantsMore = true;
      for (const payload of this.#splitter.push(chunk)) wantsMore = this.push(payload);
      if (!wantsMore) this.#far.pause();
    } catch (error) {
      this.destroy(isAppError(error) ? error : new Error('malformed frame'));
    }
  }

  override _read(): void {
    this.#far.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const pieces = framePayload(chunk);
    const last = pieces.pop();
    for (const piece of pieces) this.#far.write(piece);
    if (last) this.#far.write(last, done);
    else done();
  }

  override _final(done: () => void): void {
    clearInterval(this.#timer);
    this.#far.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#timer);
    this.#far.destroy();
    done(error);
  }
}
