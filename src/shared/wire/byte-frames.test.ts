import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import { type ByteFrame, decodeByteFrame, encodeByteFrame, fromNothing } from './byte-frames.ts';
import { CreditWindow } from './credit.ts';

const channel = fc.nat({ max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 2_000 });
const frame: fc.Arbitrary<ByteFrame> = fc.oneof(
  fc.record({
    type: fc.constant('attach' as const),
    channel,
    from: fc.oneof(fc.constant(fromNothing), fc.nat({ max: Number.MAX_SAFE_INTEGER })),
    shellId: fc.string({ minLength: 1, maxLength: 40 }),
  }),
  fc.record({ type: fc.constantFrom('input' as const, 'data' as const), channel, bytes }),
  fc.record({ type: fc.constant('credit' as const), channel, count: channel }),
  fc.record({ type: fc.constantFrom('detach' as const, 'gone' as const), channel }),
  fc.record({
    type: fc.constant('start' as const),
    channel,
    offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    reset: fc.boolean(),
  }),
);

describe('byte frames', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(frame, (value) => {
        expect(decodeByteFrame(encodeByteFrame(value))).toEqual(value);
      }),
    );
  });

  it('answer malformed bytes with a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (raw) => {
        try {
          decodeByteFrame(raw);
        } catch (error) {
          expect(isAppError(error, 'invalid-input')).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('refuse a frame that is cut at any place', () => {
    const whole = encodeByteFrame({ type: 'start', channel: 7, offset: 12, reset: true });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeByteFrame(whole.subarray(0, length))).toThrow('malformed');
    }
  });
});

describe('CreditWindow', () => {
  it('stops at its size and opens again when enough was parsed', () => {
    const credit = new CreditWindow(10);
    expect(credit.spend(9)).toBe('available');
    expect(credit.spend(5)).toBe('exhausted');
    expect(credit.refund(4)).toBe('exhausted');
    expect(credit.refund(1)).toBe('available');
    expect(credit.outstanding).toBe(9);
  });

  it('refuses refunds that were never spent', () => {
    const credit = new CreditWindow(10);
    credit.spend(3);
    expect(() => credit.refund(4)).toThrow('More credit');
    expect(() => credit.refund(-1)).toThrow('More credit');
  });
});
