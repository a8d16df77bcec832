import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { AppError } from '../../shared/errors/app-error.ts';
import type { DialedTunnel } from '../protocol/client/tunnel-dial.ts';
import { framePayload, PingFrameSplitter, pingIntervalMs } from '../protocol/codec/ping-frames.ts';
import { fromSocketError } from '../protocol/net/dial-errors.ts';
import { EarlyBytes } from './early-bytes.ts';
import { RecordJoiner } from './record-joiner.ts';

/** After the client's FIN and an answer: this much silence means that the answer is through. */
const answeredQuietMs = 500;
/** After the client's FIN without an answer to its last bytes. */
const unansweredQuietMs = 10_000;
/** How long a side may take to go after it was told to. */
const lingerMs = 5_000;
const shortMessageBytes = 16;
const missedPings = 3;
/** A connection that was cut after so long a silence was probably cut for its silence. */
const idleCutMs = 45_000;
/** Below this, joining head and payload costs less than two writes. */
const joinBelowBytes = 16_384;

export interface UpstreamEnd {
  /** Why it ended, when it did not end in order. */
  readonly error: AppError | undefined;
  /** Whether a byte came from it. */
  readonly hasAnswered: boolean;
  /** Whether the client has said something since then. */
  readonly owesAnswer: boolean;
}

export interface ConnectionEvents {
  countFromClient(bytes: number): void;
  countToClient(bytes: number): void;
  /** The far side ended; `again` is there when everything that the client sent can be sent once more. */
  onUpstreamEnd(end: UpstreamEnd): void;
  /** The connection was cut after a long silence. */
  onIdleCut(): void;
  /** Everything is closed. Fires once. */
  onClosed(): void;
}

/** One local connection and, in turn, its connections through the proxy. Bytes go both ways with back pressure. */
export class TunnelConnection {
  readonly #local: Duplex;
  readonly #events: ConnectionEvents;
  readonly #outgoing: RecordJoiner;
  readonly #early = new EarlyBytes();
  #firstWords: Buffer = Buffer.alloc(0);
  #isShort = true;
  #upstream: TLSSocket | undefined;
  #isFramed = false;
  #hasAnswered = false;
  #lastWasAnswer = true;
  #lastAt = Date.now();
  #clientEnded = false;
  #isClosing = false;
  #isClosed = false;
  #quiet: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #firstBytes: ((chunk: Buffer | undefined) => void) | undefined;

  constructor(local: Duplex, events: ConnectionEvents) {
    this.#local = local;
    this.#outgoing = new RecordJoiner(local);
    this.#events = events;
    local.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    local.on('drain', () => this.#upstream?.resume());
    local.on('end', () => this.#clientEnd());
    local.on('error', () => local.destroy());
    local.on('close', () => this.#localClosed());
    local.pause();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get clientHasEnded(): boolean {
    return this.#clientEnded;
  }

  /** What the client says first; undefined when it leaves without a word. */
  firstBytes(): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      if (this.#isClosed || this.#clientEnded) {
        resolve(undefined);
        return;
      }
      this.#firstBytes = resolve;
      this.#local.resume();
    });
  }

  /** All that the client has said, as long as that is little. */
  get earlyMessage(): Buffer {
    return this.#isShort ? this.#firstWords : Buffer.alloc(0);
  }

  /** What the client has said and nobody answered; empty after an answer. */
  get unanswered(): Buffer {
    return Buffer.concat(this.#early.chunks);
  }

  /** Nothing came back to the client yet, and it still listens. */
  get canBeTold(): boolean {
    return !this.#hasAnswered && !this.#isClosing && !this.#clientEnded;
  }

  /** Says something to the client that does not come from the far side. */
  say(bytes: Buffer): void {
    if (!this.#isClosing) this.#local.write(bytes);
  }

  /** Everything that the client sent can be sent once more, on another connection. */
  get canReplay(): boolean {
    return !this.#hasAnswered && this.#early.isComplete && !this.#isClosing;
  }

  /** Joins the two sides; what the client has sent so far goes out first. */
  attach({ socket, isFramed }: DialedTunnel): void {
    if (this.#isClosed || this.#isClosing) {
      socket.destroy();
      return;
    }
    this.#upstream = socket;
    this.#isFramed = isFramed;
    const splitter = isFramed ? new PingFrameSplitter() : undefined;
    let failure: AppError | undefined;
    socket.on('data', (chunk: Buffer) => {
      if (!splitter) {
        this.#toClient(chunk, socket);
        return;
      }
      this.#lastAt = Date.now();
      try {
        for (const payload of splitter.push(chunk)) this.#toClient(payload, socket);
      } catch (error) {
        failure = error as AppError;
        socket.destroy();
      }
    });
    socket.on('drain', () => this.#local.resume());
    socket.on('error', (error) => {
      failure ??= fromSocketError(error, 'the proxy');
    });
    socket.on('close', () => this.#upstreamClosed(socket, failure));
    for (const chunk of this.#early.chunks) this.#write(socket, chunk);
    if (socket.destroyed) this.#upstreamClosed(socket, failure);
    else if (!socket.writableNeedDrain) this.#local.resume();
    if (this.#clientEnded) this.#armQuiet();
  }

  /** Ends the local side after what is still on its way. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearTimeout(this.#quiet);
    this.#firstBytes?.(undefined);
    this.#firstBytes = undefined;
    this.#upstream?.destroy();
    this.#outgoing.flush();
    // A client that reads slowly still gets all; only then its own end is waited for, and not for ever.
    this.#local.end(() => {
      this.#linger = setTimeout(() => this.#local.destroy(), lingerMs);
    });
    // What the client still says goes nowhere; unread it would turn the close into a reset.
    this.#local.resume();
    if (this.#local.destroyed) this.#localClosed();
  }

  destroy(): void {
    this.#isClosing = true;
    this.#upstream?.destroy();
    this.#local.destroy();
  }

  /** Cuts a connection whose proxy has given no sign of life for three intervals; called now and then. */
  checkLife(now: number): void {
    if (!this.#isFramed || !this.#upstream || this.#upstream.isPaused()) return;
    if (now - this.#lastAt > missedPings * pingIntervalMs + pingIntervalMs / 2)
      this.#upstream.destroy(
        new AppError('connection-lost', 'The proxy gave no sign of life any more.', { action: 'retry' }),
      );
  }

  #fromClient(chunk: Buffer): void {
    if (this.#isClosing) return;
    if (!this.#hasAnswered) this.#early.push(chunk);
    if (this.#isShort) this.#noteFirstWords(chunk);
    if (this.#firstBytes) {
      const tell = this.#firstBytes;
      this.#firstBytes = undefined;
      this.#local.pause();
      tell(chunk);
      return;
    }
    const upstream = this.#upstream;
    if (!upstream) {
      // Between two connections: it is kept, and goes out with the next one.
      this.#local.pause();
      return;
    }
    this.#write(upstream, chunk);
    if (upstream.writableNeedDrain) this.#local.pause();
  }

  #noteFirstWords(chunk: Buffer): void {
    this.#isShort = this.#firstWords.length + chunk.length <= shortMessageBytes;
    this.#firstWords = this.#isShort ? Buffer.concat([this.#firstWords, chunk]) : Buffer.alloc(0);
  }

  #write(upstream: TLSSocket, chunk: Buffer): void {
    this.#events.countFromClient(chunk.length);
    this.#lastWasAnswer = false;
    if (!this.#isFramed) {
      this.#lastAt = Date.now();
      upstream.write(chunk);
      return;
    }
    const pieces = framePayload(chunk);
    if (chunk.length < joinBelowBytes) {
      upstream.write(Buffer.concat(pieces));
      return;
    }
    upstream.cork();
    for (const piece of pieces) upstream.write(piece);
    upstream.uncork();
  }

  #toClient(chunk: Buffer, upstream: TLSSocket): void {
    if (this.#isClosing) return;
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.#early.clear();
    }
    this.#events.countToClient(chunk.length);
    this.#lastWasAnswer = true;
    this.#lastAt = Date.now();
    this.#outgoing.push(chunk);
    if (this.#local.writableNeedDrain) upstream.pause();
    if (this.#clientEnded) this.#armQuiet();
  }

  /**
   * A FIN that is passed on makes the proxy drop what is on its way back (tunnels.md 3.2). So it is held until the far
   * side ends or is silent.
   */
  #clientEnd(): void {
    this.#clientEnded = true;
    this.#firstBytes?.(undefined);
    this.#firstBytes = undefined;
    this.#armQuiet();
  }

  #armQuiet(): void {
    clearTimeout(this.#quiet);
    if (this.#isClosing || !this.#upstream) return;
    this.#quiet = setTimeout(
      () => {
        if (this.#upstream?.isPaused()) this.#armQuiet();
        else this.close();
      },
      this.#lastWasAnswer ? answeredQuietMs : unansweredQuietMs,
    );
  }

  #upstreamClosed(socket: TLSSocket, failure: AppError | undefined): void {
    if (this.#upstream !== socket) return;
    this.#upstream = undefined;
    if (this.#isClosing || this.#isClosed) return;
    if (this.#hasAnswered && !this.#clientEnded && Date.now() - this.#lastAt > idleCutMs)
      this.#events.onIdleCut();
    this.#events.onUpstreamEnd({
      error: failure,
      hasAnswered: this.#hasAnswered,
      owesAnswer: !this.#lastWasAnswer,
    });
  }

  #localClosed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isClosing = true;
    clearTimeout(this.#quiet);
    clearTimeout(this.#linger);
    this.#firstBytes?.(undefined);
    this.#firstBytes = undefined;
    this.#early.clear();
    this.#upstream?.destroy();
    this.#events.onClosed();
  }
}
