// PostgreSQL protocol 3.0 (PostgreSQL manual, "Message Formats"; tunnels.md 3.6), as much as stands between client and server.

const maxStartupBytes = 10_000;
const maxMessageBytes = 64 << 20;
const code = { ssl: 80_877_103, gss: 80_877_104, cancel: 80_877_102, startup: 196_608 } as const;
const protocol3 = 3;

export type StartupPacket =
  | { readonly kind: 'ssl' | 'gss' | 'unknown' }
  | { readonly kind: 'cancel'; readonly key: Buffer }
  | { readonly kind: 'startup'; readonly parameters: ReadonlyMap<string, string> };

/** Length of what follows the first four bytes of a packet before startup; undefined when no client says that. */
export function startupLength(head: Buffer): number | undefined {
  const length = head.readInt32BE(0);
  return length >= 8 && length <= maxStartupBytes ? length - 4 : undefined;
}

/** A packet before startup, without its length. */
export function parseStartup(body: Buffer): StartupPacket {
  if (body.length < 4) return { kind: 'unknown' };
  const value = body.readInt32BE(0);
  if (value === code.ssl) return { kind: 'ssl' };
  if (value === code.gss) return { kind: 'gss' };
  if (value === code.cancel)
    return body.length === 12 ? { kind: 'cancel', key: body.subarray(4) } : { kind: 'unknown' };
  if (value >> 16 !== protocol3) return { kind: 'unknown' };
  const words = body.subarray(4).toString('utf8').split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) {
    const name = words[at];
    if (!name) break;
    parameters.set(name, words[at + 1] ?? '');
  }
  return { kind: 'startup', parameters };
}

export function startupMessage(parameters: ReadonlyMap<string, string>): Buffer {
  const words = [...parameters].flatMap(([name, value]) => [`${name}\0`, `${value}\0`]);
  return withLength(Buffer.concat([int32(code.startup), Buffer.from(`${words.join('')}\0`)]));
}

export function cancelRequest(key: Buffer): Buffer {
  return withLength(Buffer.concat([int32(code.cancel), key]));
}

export const sslRequest: Buffer = withLength(int32(code.ssl));

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function withLength(body: Buffer): Buffer {
  return Buffer.concat([int32(body.length + 4), body]);
}

export interface PostgresMessage {
  /** Type letter. */
  readonly type: string;
  readonly body: Buffer;
}

export function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), withLength(body)]);
}

/** Length of the body from the five bytes in front of it; undefined when it cannot be true. */
export function bodyLength(head: Buffer): number | undefined {
  const length = head.readInt32BE(1);
  return length >= 4 && length <= maxMessageBytes ? length - 4 : undefined;
}

/** Splits a stream of messages; `undefined` as soon as it is none. */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): PostgresMessage[] | undefined {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: PostgresMessage[] = [];
    while (this.#rest.length >= 5) {
      const length = bodyLength(this.#rest);
      if (length === undefined) return undefined;
      if (this.#rest.length < 5 + length) break;
      messages.push({
        type: String.fromCharCode(this.#rest[0] ?? 0),
        body: this.#rest.subarray(5, 5 + length),
      });
      this.#rest = this.#rest.subarray(5 + length);
    }
    return messages;
  }
}

export const authenticationOk: Buffer = message('R', int32(0));

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', Buffer.from(`${name}\0${value}\0`));
}

export function readyForQuery(status: 'I' | 'T' | 'E' = 'I'): Buffer {
  return message('Z', Buffer.from(status));
}

/** Fields of an ErrorResponse: severity, SQLSTATE and text at least, so that every driver can show it. */
export function errorResponse(text: string, sqlState: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`));
}

/** Fields of an ErrorResponse or NoticeResponse by their letters. */
export function parseErrorFields(body: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const field of body.toString('utf8').split('\0'))
    if (field) fields.set(field[0] ?? '', field.slice(1));
  return fields;
}
