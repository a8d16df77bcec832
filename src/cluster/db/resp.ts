// RESP2, the protocol of Redis (Redis documentation, "Redis serialization protocol specification").

const maxLineBytes = 64 << 10;
const maxNameBytes = 32;
const maxControlBytes = 64 << 10;
const maxDepth = 64;

/** Follows a stream of RESP values without keeping them. Throws on what is none. */
export class RespScanner {
  #line: Buffer[] = [];
  #lineBytes = 0;
  #skip = 0;
  /** Elements that are still missing, outermost first. */
  readonly #open: number[] = [];

  /** Positions in the chunk behind which a value is complete. */
  push(chunk: Buffer): number[] {
    const ends: number[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        if (this.#skip === 0 && this.#finishValue()) ends.push(at);
        continue;
      }
      const newline = chunk.indexOf(10, at);
      const piece = chunk.subarray(at, newline < 0 ? chunk.length : newline + 1);
      this.#line.push(piece);
      this.#lineBytes += piece.length;
      at += piece.length;
      if (this.#lineBytes > maxLineBytes) throw new Error('a line is too long');
      if (newline >= 0 && this.#readLine()) ends.push(at);
    }
    return ends;
  }

  /** True when the line completes a value at the top. */
  #readLine(): boolean {
    const line = Buffer.concat(this.#line).toString('latin1').trimEnd();
    this.#line = [];
    this.#lineBytes = 0;
    const type = line[0];
    if (type === '$' || type === '*') {
      const count = Number(line.slice(1));
      if (!Number.isInteger(count) || count < -1 || line.length < 2) throw new Error('a length is malformed');
      if (type === '$' && count >= 0) {
        this.#skip = count + 2;
        return false;
      }
      if (type === '*' && count > 0) {
        if (this.#open.length >= maxDepth) throw new Error('nested too deeply');
        this.#open.push(count);
        return false;
      }
    }
    // An empty line between commands is no value.
    return line === '' && this.#open.length === 0 ? false : this.#finishValue();
  }

  #finishValue(): boolean {
    for (let last = this.#open.at(-1); last !== undefined; last = this.#open.at(-1)) {
      if (last > 1) {
        this.#open[this.#open.length - 1] = last - 1;
        return false;
      }
      this.#open.pop();
    }
    return true;
  }
}

export type CommandPiece =
  /** A command that the caller wants to see whole. */
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly args: readonly string[];
      readonly bytes: Buffer;
    }
  /** Part of any other command; `isEnd` with its last byte. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly isEnd: boolean };

/** Splits a client's bytes into commands, keeping only those whose upper-case names are wanted. Throws on what is none. */
export class CommandSplitter {
  readonly #wanted: (name: string) => boolean;
  #rest: Buffer = Buffer.alloc(0);
  #passing: RespScanner | undefined;

  constructor(wanted: (name: string) => boolean) {
    this.#wanted = wanted;
  }

  push(chunk: Buffer): CommandPiece[] {
    const pieces: CommandPiece[] = [];
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length > 0) {
      const piece = this.#passing ? this.#pass(this.#passing) : this.#begin();
      if (piece === 'more') break;
      if (piece) pieces.push(piece);
    }
    return pieces;
  }

  #pass(scanner: RespScanner): CommandPiece {
    const end = scanner.push(this.#rest)[0];
    const bytes = this.#rest.subarray(0, end);
    this.#rest = end === undefined ? Buffer.alloc(0) : this.#rest.subarray(end);
    if (end !== undefined) this.#passing = undefined;
    return { kind: 'bytes', bytes, isEnd: end !== undefined };
  }

  #begin(): CommandPiece | 'more' | undefined {
    const name = nameOf(this.#rest);
    if (name === undefined) return 'more';
    if (name === '') {
      this.#rest = this.#rest.subarray(this.#rest.indexOf(10) + 1);
      return undefined;
    }
    if (!this.#wanted(name)) {
      this.#passing = new RespScanner();
      return undefined;
    }
    const end = new RespScanner().push(this.#rest)[0];
    if (end === undefined) {
      if (this.#rest.length > maxControlBytes) throw new Error('a command is too long');
      return 'more';
    }
    const bytes = this.#rest.subarray(0, end);
    this.#rest = this.#rest.subarray(end);
    return { kind: 'command', name, args: argumentsOf(bytes), bytes };
  }
}

/** Upper-case name of the command that begins here; `''` for an empty line, undefined when more is needed. */
function nameOf(bytes: Buffer): string | undefined {
  const lineEnd = bytes.indexOf(10);
  if (lineEnd < 0) {
    if (bytes.length > maxLineBytes) throw new Error('a line is too long');
    return undefined;
  }
  const line = bytes.toString('latin1', 0, lineEnd).trim();
  if (!line.startsWith('*')) return (line.split(/\s+/)[0] ?? '').toUpperCase();
  if (Number(line.slice(1)) < 1) return '';
  const lengthEnd = bytes.indexOf(10, lineEnd + 1);
  if (lengthEnd < 0) {
    if (bytes.length - lineEnd > maxLineBytes) throw new Error('a line is too long');
    return undefined;
  }
  const length = Number(bytes.toString('latin1', lineEnd + 2, lengthEnd));
  if (bytes[lineEnd + 1] !== '$'.charCodeAt(0) || !Number.isInteger(length) || length < 0)
    throw new Error('a command is malformed');
  if (length > maxNameBytes) return '?';
  if (bytes.length < lengthEnd + 1 + length) return undefined;
  return bytes.toString('latin1', lengthEnd + 1, lengthEnd + 1 + length).toUpperCase() || '?';
}

/** What follows the name of a complete command. */
function argumentsOf(bytes: Buffer): string[] {
  if (bytes[0] !== '*'.charCodeAt(0)) return bytes.toString('utf8').trim().split(/\s+/).slice(1);
  const words: string[] = [];
  for (let at = bytes.indexOf(10) + 1; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(10, at);
    const length = Number(bytes.toString('latin1', at + 1, lineEnd));
    if (bytes[at] !== '$'.charCodeAt(0) || !(length >= 0)) throw new Error('a command is malformed');
    words.push(bytes.toString('utf8', lineEnd + 1, lineEnd + 1 + length));
    at = lineEnd + 1 + length + 2;
  }
  return words.slice(1);
}

export function respCommand(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}
