import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../shared/errors/app-error.ts';
import { brokenBytes, malformedRuns } from '../../fixtures/malformed.ts';
import { kindOfMode } from './attributes.ts';
import { PacketSplitter } from './packet-splitter.ts';
import { decodeAnswer, decodeVersion, encodeAnswer, encodeVersion, type SftpAnswer } from './answers.ts';
import { decodeRequest, encodeRequest, type SftpRequest } from './requests.ts';

const bytes = fc.uint8Array({ maxLength: 60 });
const uint32 = fc.nat({ max: 0xffff_ffff });
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const attributes = fc
  .record(
    { size: offset, owner: fc.tuple(uint32, uint32), mode: uint32, times: fc.tuple(uint32, uint32) },
    { requiredKeys: [] },
  )
  .map(({ size, owner, mode, times }) => ({
    ...(size === undefined ? {} : { size }),
    ...(owner ? { uid: owner[0], gid: owner[1] } : {}),
    ...(mode === undefined ? {} : { mode }),
    ...(times ? { accessed: times[0], modified: times[1] } : {}),
  }));

const request: fc.Arbitrary<SftpRequest> = fc.oneof(
  fc.record({ type: fc.constant('open' as const), path: bytes, flags: uint32, attributes }),
  fc.record({ type: fc.constantFrom('close' as const, 'fstat' as const, 'readdir' as const), handle: bytes }),
  fc.record({ type: fc.constant('read' as const), handle: bytes, offset, length: uint32 }),
  fc.record({ type: fc.constant('write' as const), handle: bytes, offset, data: bytes }),
  fc.record({
    type: fc.constantFrom(
      'lstat',
      'stat',
      'opendir',
      'remove',
      'rmdir',
      'realpath',
      'readlink',
    ) as fc.Arbitrary<'stat'>,
    path: bytes,
  }),
  fc.record({ type: fc.constantFrom('setstat' as const, 'mkdir' as const), path: bytes, attributes }),
  fc.record({ type: fc.constant('fsetstat' as const), handle: bytes, attributes }),
  fc.record({ type: fc.constant('rename' as const), from: bytes, to: bytes }),
  fc.record({ type: fc.constant('symlink' as const), target: bytes, path: bytes }),
  fc.record({ type: fc.constant('extended' as const), name: fc.constant('x@y'), data: bytes }),
);
const answer: fc.Arbitrary<SftpAnswer> = fc.oneof(
  fc.record({ type: fc.constant('status' as const), code: uint32, message: fc.string({ maxLength: 100 }) }),
  fc.record({ type: fc.constant('handle' as const), handle: bytes }),
  fc.record({ type: fc.constant('data' as const), data: bytes }),
  fc.record({
    type: fc.constant('name' as const),
    entries: fc.array(fc.record({ name: bytes, longName: bytes, attributes }), { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('attrs' as const), attributes }),
  fc.record({ type: fc.constant('extendedReply' as const), data: bytes }),
);
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_key, item: unknown) =>
      item instanceof Uint8Array ? Buffer.from(item).toString('hex') : item,
    ).replaceAll(/\{"type":"Buffer","data":\[([0-9,]*)\]\}/g, (_all, list: string) =>
      JSON.stringify(Buffer.from(list.split(',').filter(Boolean).map(Number)).toString('hex')),
    ),
  ) as unknown;

describe('SFTP packets', () => {
  it('of requests come back as they were sent', () => {
    fc.assert(
      fc.property(uint32, request, (id, value) => {
        const [body] = new PacketSplitter(1 << 20).push(encodeRequest(id, value));
        expect(plain(decodeRequest(body ?? Buffer.alloc(0)))).toEqual(
          plain({ kind: 'request', id, request: value }),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('of answers come back as they were sent', () => {
    fc.assert(
      fc.property(uint32, answer, (id, value) => {
        const [body] = new PacketSplitter(1 << 20).push(encodeAnswer(id, value));
        expect(plain(decodeAnswer(body ?? Buffer.alloc(0)))).toEqual(plain({ id, answer: value }));
      }),
      { numRuns: 2_000 },
    );
  });

  it('greet with version and extensions', () => {
    const greeting = { version: 3, extensions: new Map([['posix-rename@openssh.com', '1']]) };
    expect(decodeVersion(encodeVersion(greeting).subarray(4))).toEqual(greeting);
  });

  it('are found however the stream is cut', () => {
    const packets = [
      encodeAnswer(1, { type: 'status', code: 0, message: 'fine' }),
      encodeAnswer(2, { type: 'data', data: Buffer.alloc(5_000, 7) }),
      encodeAnswer(3, { type: 'handle', handle: Buffer.from('h') }),
    ];
    const stream = Buffer.concat(packets);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 12 }), (cuts) => {
        const splitter = new PacketSplitter(1 << 20);
        const bounds = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const found = bounds
          .slice(1)
          .flatMap((end, i) => splitter.push(stream.subarray(bounds[i] ?? 0, end)));
        expect(found.map((body) => body.toString('hex'))).toEqual(
          packets.map((packet) => packet.subarray(4).toString('hex')),
        );
      }),
    );
  });

  it('that are malformed are coded errors', () => {
    const valid = [
      encodeAnswer(9, {
        type: 'name',
        entries: [{ name: Buffer.from('a'), longName: Buffer.from('b'), attributes: { size: 4 } }],
      }),
      encodeAnswer(9, { type: 'status', code: 3, message: 'no' }),
      encodeRequest(9, { type: 'open', path: Buffer.from('/x'), flags: 1, attributes: { mode: 0o644 } }),
      encodeVersion({ version: 3, extensions: new Map([['a', 'b']]) }),
    ].map((packet) => packet.subarray(4));
    fc.assert(
      fc.property(brokenBytes(valid), (raw) => {
        for (const decode of [decodeAnswer, decodeRequest, decodeVersion]) {
          try {
            decode(raw);
          } catch (error) {
            expect(isAppError(error, 'answer-invalid')).toBe(true);
          }
        }
        try {
          new PacketSplitter(1_000).push(Buffer.from(raw));
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });

  it('name the kind of a file by its mode', () => {
    expect([0o100644, 0o40755, 0o120777, 0o140000, 0o10644, 0o20666, 0o60660, 1].map(kindOfMode)).toEqual([
      'file',
      'folder',
      'link',
      'socket',
      'pipe',
      'device',
      'device',
      'unknown',
    ]);
    expect(kindOfMode(undefined)).toBe('unknown');
  });
});
