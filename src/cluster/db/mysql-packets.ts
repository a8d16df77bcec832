import { createHash } from 'node:crypto';

// MySQL client/server protocol (MySQL source documentation, "Connection Phase"), as much as a login needs.

export const capability = {
  longPassword: 0x1,
  longFlag: 0x4,
  connectWithDatabase: 0x8,
  protocol41: 0x200,
  ssl: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
  connectAttributes: 0x100000,
  pluginAuthLengthEncoded: 0x200000,
} as const;

/** What a proxy offers its clients (tunnels.md 3.7). */
export const offeredCapabilities: number =
  capability.longPassword |
  capability.longFlag |
  capability.connectWithDatabase |
  capability.protocol41 |
  capability.transactions |
  capability.secureConnection |
  capability.pluginAuth |
  capability.connectAttributes |
  capability.pluginAuthLengthEncoded;

export const nativePassword = 'mysql_native_password';
export const cachingSha2 = 'caching_sha2_password';
const utf8General = 33;
const errorCode = 1105;
const saltBytes = 20;

/** A payload with its header; payloads here stay far below the limit of one packet. */
export function packet(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([head, payload]);
}

export function serverGreeting(version: string, threadId: number, salt: Buffer): Buffer {
  const fixed = Buffer.alloc(31);
  fixed.writeUInt32LE(threadId, 0);
  salt.copy(fixed, 4, 0, 8);
  fixed.writeUInt16LE(offeredCapabilities & 0xffff, 13);
  fixed.writeUInt8(utf8General, 15);
  fixed.writeUInt16LE(offeredCapabilities >>> 16, 18);
  fixed.writeUInt8(saltBytes + 1, 20);
  return Buffer.concat([
    Buffer.from(`\x0a${version}\0`, 'latin1'),
    fixed,
    salt.subarray(8),
    Buffer.from(`\0${nativePassword}\0`),
  ]);
}

export interface Greeting {
  readonly version: string;
  readonly salt: Buffer;
  readonly capabilities: number;
  readonly plugin: string;
}

/** A server's first packet; undefined when it is none of protocol 10. */
export function parseGreeting(payload: Buffer): Greeting | undefined {
  const end = payload.indexOf(0, 1);
  if (payload[0] !== 10 || end < 0 || payload.length < end + 32) return undefined;
  const at = end + 5;
  const capabilities = (payload.readUInt16LE(at + 9) | (payload.readUInt16LE(at + 14) << 16)) >>> 0;
  const saltLength = Math.max(13, payload.readUInt8(at + 16) - 8);
  const rest = at + 27;
  if (payload.length < rest + saltLength) return undefined;
  const salt = Buffer.concat([payload.subarray(at, at + 8), payload.subarray(rest, rest + saltLength)]);
  return {
    version: payload.toString('latin1', 1, end),
    salt: salt.subarray(0, saltBytes),
    capabilities,
    plugin: zeroTerminated(payload, rest + saltLength).text || nativePassword,
  };
}

export interface HandshakeResponse {
  readonly capabilities: number;
  readonly charset: number;
  readonly user: string;
  readonly database: string;
}

/** A client's answer to the greeting; undefined for protocols before 4.1 and for anything malformed. */
export function parseHandshakeResponse(payload: Buffer): HandshakeResponse | undefined {
  if (payload.length < 33) return undefined;
  const capabilities = payload.readUInt32LE(0);
  const charset = payload.readUInt8(8);
  if ((capabilities & capability.protocol41) === 0) return undefined;
  const user = zeroTerminated(payload, 32);
  if (!user.isComplete) return undefined;
  const secret = skipSecret(payload, user.end, capabilities);
  if (secret === undefined) return undefined;
  const hasDatabase = (capabilities & capability.connectWithDatabase) !== 0;
  const database = hasDatabase ? zeroTerminated(payload, secret).text : '';
  return { capabilities, charset, user: user.text, database };
}

/** Where the client's proof ends. Its length comes in one of three forms. */
function skipSecret(payload: Buffer, at: number, capabilities: number): number | undefined {
  if ((capabilities & (capability.pluginAuthLengthEncoded | capability.secureConnection)) === 0) {
    const { end, isComplete } = zeroTerminated(payload, at);
    return isComplete ? end : undefined;
  }
  const length = payload[at];
  // Longer proofs than one byte can tell are no answers to 20 bytes of salt.
  return length === undefined || length > 250 || at + 1 + length > payload.length
    ? undefined
    : at + 1 + length;
}

function zeroTerminated(payload: Buffer, at: number) {
  const end = payload.indexOf(0, at);
  return end < 0
    ? { text: payload.toString('utf8', at), end: payload.length, isComplete: false }
    : { text: payload.toString('utf8', at, end), end: end + 1, isComplete: true };
}

export function handshakeResponse(
  response: HandshakeResponse & { readonly secret: Buffer; readonly plugin: string },
): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(response.capabilities, 0);
  head.writeUInt32LE(0x1000000, 4);
  head.writeUInt8(response.charset, 8);
  return Buffer.concat([
    head,
    Buffer.from(`${response.user}\0`),
    Buffer.from([response.secret.length]),
    response.secret,
    Buffer.from(response.database === '' ? '' : `${response.database}\0`),
    Buffer.from(`${response.plugin}\0`),
  ]);
}

export const okPayload: Buffer = Buffer.from([0, 0, 0, 0, 0, 0, 0]);

/** Every refusal has the same code and state (tunnels.md 3.7). */
export function errorPayload(text: string): Buffer {
  const head = Buffer.from([0xff, errorCode & 0xff, errorCode >> 8]);
  return Buffer.concat([head, Buffer.from(`#HY000${text}`)]);
}

/** An error of a real server as the cluster passes it on. */
export function quoteError(payload: Buffer): string {
  const code = payload.length >= 3 ? payload.readUInt16LE(1) : 0;
  const hasState = payload[3] === '#'.charCodeAt(0);
  const state = hasState ? payload.toString('latin1', 4, 9) : 'HY000';
  return `ERROR ${code} (${state}): ${payload.toString('utf8', hasState ? 9 : 3)}`;
}

const sha1 = (...parts: Buffer[]) => createHash('sha1').update(Buffer.concat(parts)).digest();
const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, at) => byte ^ (b[at % b.length] ?? 0)));

/** Proof of a password for the two plugins that servers use; undefined for others. */
export function passwordProof(plugin: string, password: string, salt: Buffer): Buffer | undefined {
  const secret = Buffer.from(password);
  if (plugin === nativePassword) {
    const once = sha1(secret);
    return password === '' ? Buffer.alloc(0) : xor(once, sha1(salt, sha1(once)));
  }
  if (plugin === cachingSha2) {
    const once = sha256(secret);
    return password === '' ? Buffer.alloc(0) : xor(once, sha256(sha256(once), salt));
  }
  return undefined;
}

/** The password as `caching_sha2_password` encrypts it with the server's key. */
export function maskPassword(password: string, salt: Buffer): Buffer {
  return xor(Buffer.from(`${password}\0`), salt);
}
