import { AppError } from '../../../../shared/errors/app-error.ts';

// Data types of RFC 4251 section 5: big-endian integers, length-prefixed strings, mpints.

/** Strict reader: every length is checked against what is there. Throws `answer-invalid`. */
export class SshReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get isDone(): boolean {
    return this.#position === this.#bytes.length;
  }

  uint8(): number {
    return this.#take(1).readUInt8(0);
  }

  uint32(): number {
    return this.#take(4).readUInt32BE(0);
  }

  uint64(): bigint {
    return this.#take(8).readBigUInt64BE(0);
  }

  /** A view of the same memory. */
  bytes(): Buffer {
    return this.#take(this.uint32());
  }

  text(): string {
    const raw = this.bytes();
    const text = raw.toString('utf8');
    if (Buffer.byteLength(text) !== raw.length || text.includes('\uFFFD'))
      throw malformedSsh('a text is not UTF-8');
    return text;
  }

  expectDone(what: string): void {
    if (!this.isDone) throw malformedSsh(`bytes are left after the ${what}`);
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw malformedSsh('it ends too early');
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}

export function sshUint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

export function sshUint64(value: bigint): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(value);
  return out;
}

export function sshString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([sshUint32(bytes.length), bytes]);
}

/** Drops leading zero bytes of an unsigned number. */
export function trimZeros(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  return Buffer.from(bytes.subarray(start));
}

/** Content of an mpint for an unsigned number: no superfluous zeros, never negative. */
export function mpintBytes(bytes: Uint8Array): Buffer {
  const trimmed = trimZeros(bytes);
  return ((trimmed[0] ?? 0) & 0x80) === 0 ? trimmed : Buffer.concat([Buffer.from([0]), trimmed]);
}

export function malformedSsh(why: string): AppError {
  return new AppError('answer-invalid', 'SSH data is malformed.', {
    reason: `It was refused because ${why}.`,
  });
}
