import { HeaderDecoder, HeaderEncoder, type SpdyHeaders } from './spdy-headers.ts';

/** A frame of SPDY/3.1 (SPDY draft 3.1, 2.2 and 2.6). Frames that ask for nothing are `ignored`. */
export type SpdyFrame =
  | { readonly kind: 'data'; readonly streamId: number; readonly isLast: boolean; readonly bytes: Buffer }
  | {
      readonly kind: 'syn-stream' | 'syn-reply' | 'headers';
      readonly streamId: number;
      readonly isLast: boolean;
      readonly headers: SpdyHeaders;
    }
  | { readonly kind: 'reset'; readonly streamId: number; readonly status: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'go-away' }
  | { readonly kind: 'ignored' };

const version = 3;
const headBytes = 8;
const lastFlag = 1;
const maxControlBytes = 64 * 1024;
const maxDataBytes = 1024 * 1024;
const types = {
  synStream: 1,
  synReply: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Cuts a stream of bytes into frames. Throws `RangeError` when they are not SPDY/3.1; it cannot be used after that. */
export class SpdyFrameReader {
  readonly #headers = new HeaderDecoder();
  #chunks: Buffer[] = [];
  #have = 0;

  /** The frames that these bytes complete. */
  *push(chunk: Buffer): Generator<SpdyFrame> {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    for (;;) {
      if (this.#have < headBytes) return;
      const head = this.#join();
      const length = head.readUIntBE(5, 3);
      const isControl = (head[0] ?? 0) >= 0x80;
      if (length > (isControl ? maxControlBytes : maxDataBytes)) throw new RangeError('frame too long');
      if (this.#have < headBytes + length) return;
      const body = head.subarray(headBytes, headBytes + length);
      this.#chunks = head.length === headBytes + length ? [] : [head.subarray(headBytes + length)];
      this.#have -= headBytes + length;
      yield isControl ? this.#control(head, body) : dataFrame(head, body);
    }
  }

  #join(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #control(head: Buffer, body: Buffer): SpdyFrame {
    if ((head.readUInt16BE(0) & 0x7fff) !== version) throw new RangeError('not version 3');
    const isLast = ((head[4] ?? 0) & lastFlag) !== 0;
    switch (head.readUInt16BE(2)) {
      case types.synStream:
        return this.#withHeaders('syn-stream', isLast, body, 10);
      case types.synReply:
        return this.#withHeaders('syn-reply', isLast, body, 4);
      case types.headers:
        return this.#withHeaders('headers', isLast, body, 4);
      case types.reset:
        return { kind: 'reset', streamId: idOf(body), status: body.readUInt32BE(4) };
      case types.ping:
        return { kind: 'ping', id: body.readUInt32BE(0) };
      case types.goAway:
        return { kind: 'go-away' };
      // The clients of Kubernetes neither send nor heed windows; TCP holds the sender back.
      case types.settings:
      case types.windowUpdate:
        return { kind: 'ignored' };
      default:
        throw new RangeError('unknown control frame');
    }
  }

  #withHeaders(kind: 'syn-stream' | 'syn-reply' | 'headers', isLast: boolean, body: Buffer, skip: number) {
    if (body.length < skip) throw new RangeError('frame too short');
    return { kind, streamId: idOf(body), isLast, headers: this.#headers.decode(body.subarray(skip)) };
  }
}

function dataFrame(head: Buffer, body: Buffer): SpdyFrame {
  return { kind: 'data', streamId: idOf(head), isLast: ((head[4] ?? 0) & lastFlag) !== 0, bytes: body };
}

function idOf(bytes: Buffer): number {
  return bytes.readUInt32BE(0) & 0x7fffffff;
}

/** Writes frames; the header blocks of a direction depend on one another, so one writer serves one connection. */
export class SpdyFrameWriter {
  readonly #headers = new HeaderEncoder();

  /** Head of a data frame; its bytes follow. */
  dataHead(streamId: number, length: number, isLast: boolean): Buffer {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(streamId, 0);
    head.writeUInt8(isLast ? lastFlag : 0, 4);
    head.writeUIntBE(length, 5, 3);
    return head;
  }

  synStream(streamId: number, headers: SpdyHeaders, isLast = false): Buffer {
    return control(types.synStream, isLast, [
      uint32(streamId),
      Buffer.alloc(6),
      this.#headers.encode(headers),
    ]);
  }

  synReply(streamId: number, headers: SpdyHeaders): Buffer {
    return control(types.synReply, false, [uint32(streamId), this.#headers.encode(headers)]);
  }

  reset(streamId: number, status: number): Buffer {
    return control(types.reset, false, [uint32(streamId), uint32(status)]);
  }

  ping(id: number): Buffer {
    return control(types.ping, false, [uint32(id)]);
  }

  goAway(lastStreamId: number): Buffer {
    return control(types.goAway, false, [uint32(lastStreamId), uint32(0)]);
  }
}

function control(type: number, isLast: boolean, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(isLast ? lastFlag : 0, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
