import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { brokenBytes, malformedRuns } from '../fixtures/malformed.ts';
import { framePayload, PingFrameSplitter, pingFrame } from './ping-frames.ts';

/** The stream in pieces of these sizes. */
function* cut(stream: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield stream.subarray(at, at + size);
    at += size;
  }
}

describe('ping frames', () => {
  it('come out as they went in, however the stream is cut and wherever pings lie', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (payloads, sizes) => {
          const stream = Buffer.concat(
            payloads.flatMap((payload) => [pingFrame, ...framePayload(Buffer.from(payload))]),
          );
          const splitter = new PingFrameSplitter();
          const out = [...cut(stream, sizes)].flatMap((piece) => splitter.push(piece));
          expect(Buffer.concat(out).equals(Buffer.concat(payloads))).toBe(true);
          expect(splitter.pings).toBe(payloads.length);
          expect(splitter.isBetweenFrames).toBe(true);
        },
      ),
    );
  });

  it('are never made of nothing, and large payloads are split', () => {
    expect(framePayload(Buffer.alloc(0))).toEqual([]);
    const large = Buffer.alloc(3_000_000, 1);
    const splitter = new PingFrameSplitter();
    expect(Buffer.concat(splitter.push(Buffer.concat(framePayload(large)))).equals(large)).toBe(true);
  });

  it('hand out payload before a frame is complete', () => {
    const splitter = new PingFrameSplitter();
    expect(splitter.push(Buffer.from([0, 0, 0, 5, 1, 2]))).toEqual([Buffer.from([1, 2])]);
    expect(splitter.isBetweenFrames).toBe(false);
  });

  it('that are malformed end in a coded error or in fewer bytes', () => {
    const valid = Buffer.concat([...framePayload(Buffer.from('hello')), pingFrame]);
    fc.assert(
      fc.property(brokenBytes([valid]), (bytes) => {
        const splitter = new PingFrameSplitter();
        try {
          const out = Buffer.concat(splitter.push(Buffer.from(bytes)));
          expect(out.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});
