import { createHmac, timingSafeEqual } from 'node:crypto';

const stepMs = 30_000;
const digits = 6;

/** The one-time code of RFC 6238 (SHA-1, 30 s, 6 digits) at a moment. */
export function oneTimeCode(secret: Uint8Array, at: Date): string {
  return codeOfStep(secret, Math.floor(at.getTime() / stepMs));
}

/** Accepts the codes of the step before, of this and of the next one; gives the step back so that it can be burnt. */
export function matchOneTimeCode(secret: Uint8Array, code: string, at: Date): number | undefined {
  const now = Math.floor(at.getTime() / stepMs);
  return [now, now - 1, now + 1].find((step) => {
    const expected = Buffer.from(codeOfStep(secret, step));
    const given = Buffer.from(code);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

function codeOfStep(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  const value = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits;
  return String(value).padStart(digits, '0');
}
