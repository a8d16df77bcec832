import type { Duplex } from 'node:stream';

/** Reads exact numbers of bytes from a stream, until it is handed on with what was not read. */
export class StreamReader {
  readonly #stream: Duplex;
  #have: Buffer[] = [];
  #count = 0;
  #wanted: { count: number; resolve: (bytes: Buffer) => void; reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', this.#onData);
    stream.once('end', this.#onEnd);
    stream.once('close', this.#onEnd);
    stream.on('error', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#have.push(chunk);
    this.#count += chunk.length;
    if (this.#wanted && this.#count >= this.#wanted.count) this.#serve();
    else if (!this.#wanted) this.#stream.pause();
  };

  readonly #onEnd = (): void => {
    this.#ended ??= new Error('the stream ended');
    this.#wanted?.reject(this.#ended);
    this.#wanted = undefined;
  };

  /** The next `count` bytes; rejects when the stream ends before. One call at a time. */
  take(count: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#wanted = { count, resolve, reject };
      if (this.#count >= count) this.#serve();
      else if (this.#ended) this.#onEnd();
      else this.#stream.resume();
    });
  }

  #serve(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#wanted = undefined;
    const all = this.#have.length === 1 && this.#have[0] ? this.#have[0] : Buffer.concat(this.#have);
    this.#have = [all.subarray(wanted.count)];
    this.#count = all.length - wanted.count;
    wanted.resolve(all.subarray(0, wanted.count));
  }

  /** Gives the stream back, paused, with the unread bytes in front. */
  release(): void {
    this.#stream.pause();
    this.#stream.removeListener('data', this.#onData);
    this.#stream.removeListener('end', this.#onEnd);
    this.#stream.removeListener('close', this.#onEnd);
    this.#stream.removeListener('error', this.#onEnd);
    this.#wanted = undefined;
    const rest = Buffer.concat(this.#have);
    if (rest.length > 0 && !this.#stream.destroyed && !this.#stream.readableEnded) this.#stream.unshift(rest);
  }
}

/**
 * Copies both ways until either side ends. A client that ends its side loses the connection at once, with what is on its
 * way to it: so do real proxies (tunnels.md 3.2). What the target sent before it ended still arrives.
 */
export function joinStreams(client: Duplex, target: Duplex): void {
  const cut = () => {
    client.destroy();
    target.destroy();
  };
  cutWhenClientLeaves(client, cut);
  target.on('error', cut);
  target.once('close', () => endAndClose(client));
  target.once('end', () => endAndClose(client));
  client.pipe(target, { end: false });
  target.pipe(client, { end: false });
}

/** Calls `cut` when the client ends its side, breaks or closes. */
export function cutWhenClientLeaves(client: Duplex, cut: () => void): void {
  client.once('end', cut);
  client.once('close', cut);
  client.on('error', cut);
}

/** Lets what was written reach the client, then closes. */
export function endAndClose(stream: Duplex): void {
  if (stream.destroyed) return;
  stream.end(() => stream.destroy());
}
