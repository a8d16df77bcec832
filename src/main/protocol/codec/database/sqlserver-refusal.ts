import type { RefusalStep } from './refusal-step.ts';

const preLogin = 0x12;
const login7 = 0x10;
const tabularResult = 0x04;
/** Number and class that a real database service uses (tunnels.md 3.7). */
const errorNumber = 28_353;
const errorClass = 14;

/** The answer to a PRELOGIN, without TLS, or the error that answers a LOGIN7 ([MS-TDS] 2.2.6.5, 2.2.7.10). */
export function sqlserverRefusal(text: string, chunk: Buffer): RefusalStep | undefined {
  switch (chunk[0]) {
    case preLogin:
      return { bytes: packet(preLoginAnswer), isLast: false };
    case login7:
      return { bytes: packet(Buffer.concat([errorToken(text), doneToken])), isLast: true };
    default:
      return undefined;
  }
}

/** Options VERSION (at 11, 6 bytes) and ENCRYPTION (at 17, 1 byte: not supported). */
const preLoginAnswer = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2]);
/** DONE with the error flag, and no rows. */
const doneToken = Buffer.from([0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

function packet(body: Buffer): Buffer {
  const head = Buffer.from([tabularResult, 1, 0, 0, 0, 0, 1, 0]);
  head.writeUInt16BE(head.length + body.length, 2);
  return Buffer.concat([head, body]);
}

function errorToken(text: string): Buffer {
  const message = Buffer.from(text, 'utf16le');
  const fixed = Buffer.alloc(8);
  fixed.writeInt32LE(errorNumber, 0);
  fixed[4] = 1;
  fixed[5] = errorClass;
  fixed.writeUInt16LE(text.length, 6);
  // Names of server and procedure are empty; then the line.
  const body = Buffer.concat([fixed, message, Buffer.from([0, 0, 1, 0, 0, 0])]);
  const head = Buffer.from([0xaa, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}
