import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRemoteName, displayRemoteName, encodeRemoteName } from './remote-name.ts';

describe('names of remote files', () => {
  it('come back as they were, whatever their bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Buffer.from(encodeRemoteName(decodeRemoteName(bytes))).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it('survive JSON', () => {
    const name = decodeRemoteName(Uint8Array.of(0x61, 0xff, 0xfe, 0xe2, 0x82, 0x62));
    expect(JSON.parse(JSON.stringify(name))).toBe(name);
    expect([...encodeRemoteName(name)]).toEqual([0x61, 0xff, 0xfe, 0xe2, 0x82, 0x62]);
  });

  it('of valid UTF-8 are that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeRemoteName(new TextEncoder().encode(text))).toBe(text.toWellFormed());
      }),
    );
  });

  it('are shown without anything that breaks a line', () => {
    expect(displayRemoteName('a\nb\u007f\udcffc')).toBe('a\u240ab\u2421\uFFFDc');
  });
});
