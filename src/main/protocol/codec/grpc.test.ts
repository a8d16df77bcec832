import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { loadFixture } from '../fixtures/fixture.ts';
import { malformedRuns } from '../fixtures/malformed.ts';
import { decodeClusterName, encodeClusterName } from './cluster-name.ts';
import { errorFromGrpc } from './grpc-error.ts';
import { decodeGrpcMessage, frameMessage, MessageSplitter } from './grpc-frames.ts';
import { checkServerVersion, majorOf, versionWarnings } from './server-version.ts';

describe('gRPC messages', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 })),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map((message) => frameMessage(message)));
          const splitter = new MessageSplitter();
          const found: Buffer[] = [];
          for (let at = 0; at < stream.length; ) {
            const size = cuts.next().value ?? 1;
            found.push(...splitter.push(stream.subarray(at, at + size)));
            at += size;
          }
          expect(found.map((bytes) => [...bytes])).toEqual(messages.map((message) => [...message]));
        },
      ),
    );
  });

  it('are refused when compressed or too large, and never hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          new MessageSplitter().push(Buffer.from(bytes));
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
    expect(() => new MessageSplitter().push(Buffer.from([1, 0, 0, 0, 0]))).toThrow('cannot be read');
    expect(() => new MessageSplitter().push(Buffer.from([0, 255, 0, 0, 0]))).toThrow('cannot be read');
  });
});

describe('gRPC statuses', () => {
  it('of recorded failures become errors that a person can use', () => {
    for (const { status } of loadFixture('auth-api/v18/errors.json').cases as unknown as {
      status?: { code: number; message: string };
    }[]) {
      if (!status || status.code === 0) continue;
      const error = errorFromGrpc(status.code, status.message);
      expect(error.detail).toContain(status.message);
    }
    expect(errorFromGrpc(2, 'parsing expression\n\t1:5: expected )')).toMatchObject({
      code: 'query-invalid',
      reason: '1:5: expected )',
    });
    expect(errorFromGrpc(7, 'access denied: client credentials have expired, please relogin.').code).toBe(
      'session-expired',
    );
  });

  it('bear any text', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (code, text) => {
        expect(isAppError(errorFromGrpc(code, decodeGrpcMessage(text)))).toBe(true);
      }),
      { numRuns: malformedRuns },
    );
  });
});

describe('cluster names', () => {
  it('are encoded as hex and decoded again', () => {
    expect(encodeClusterName('root.example.com')).toBe(
      '726f6f742e6578616d706c652e636f6d.teleport.cluster.local',
    );
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        expect(decodeClusterName(encodeClusterName(name))).toBe(name);
      }),
    );
    for (const wrong of [
      '',
      'zz.teleport.cluster.local',
      'abc.teleport.cluster.local',
      '.teleport.cluster.local',
      'x',
    ]) {
      expect(decodeClusterName(wrong)).toBeUndefined();
    }
  });
});

describe('server versions', () => {
  it('are checked against what this client knows', () => {
    expect(majorOf('18.0.0-dev')).toBe(18);
    expect(() => checkServerVersion('10.3.1')).toThrow(expect.objectContaining({ code: 'server-too-old' }));
    expect(() => checkServerVersion('11.1.2')).not.toThrow();
    expect(() => checkServerVersion('20.0.0')).toThrow(expect.objectContaining({ code: 'server-too-new' }));
    expect(versionWarnings('19.0.0')).toHaveLength(1);
    expect(versionWarnings('18.9.9')).toEqual([]);
    expect(() => majorOf('porthole')).toThrow(expect.objectContaining({ code: 'answer-invalid' }));
  });
});
