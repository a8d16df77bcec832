import fc from 'fast-check';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { brokenBytes, malformedRuns } from '../../main/protocol/fixtures/malformed.ts';
import recorded from '../../main/protocol/fixtures/tunnels/v18/kube-kubectl.json' with { type: 'json' };
import { SpdyConnection, type SpdyStream } from './spdy-connection.ts';
import { type SpdyFrame, SpdyFrameReader, SpdyFrameWriter } from './spdy-frames.ts';
import { HeaderDecoder, HeaderEncoder } from './spdy-headers.ts';

/** What kubectl 1.32 and the proxy sent after their HTTP heads in a recorded session. */
function recordedBytes(name: string, from: 'client' | 'proxy'): Buffer {
  const connections = recorded.cases.find((entry) => entry.name === name)?.connections ?? [];
  const chunks = connections
    .flatMap((connection) => connection.exchange)
    .filter((part) => part.from === from)
    .map((part) => Buffer.from(part.b64, 'base64'));
  return Buffer.concat(chunks.filter((chunk) => !/^(GET|POST|HTTP)/.test(chunk.toString('latin1', 0, 4))));
}

function readAll(bytes: Buffer, step = bytes.length): SpdyFrame[] {
  const reader = new SpdyFrameReader();
  const frames: SpdyFrame[] = [];
  for (let at = 0; at < bytes.length; at += step) frames.push(...reader.push(bytes.subarray(at, at + step)));
  return frames;
}

const typesOf = (frames: SpdyFrame[]) =>
  frames.flatMap((frame) => (frame.kind === 'syn-stream' ? [frame.headers.get('streamtype')] : []));

describe('SPDY frames', () => {
  it('reads what kubectl sends in exec and port-forward, in pieces of any size', () => {
    const exec = recordedBytes('exec-spdy', 'client');
    expect(typesOf(readAll(exec))).toEqual(['error', 'stdin', 'stdout', 'stderr']);
    for (const step of [1, 3, 7]) expect(readAll(exec, step)).toEqual(readAll(exec));
    const forward = readAll(recordedBytes('port-forward-spdy', 'client'));
    expect(typesOf(forward)).toEqual(['error', 'data']);
    expect(forward.find((frame) => frame.kind === 'data' && frame.bytes.toString() === 'ping')).toBeDefined();
  });

  it('reads what a real server answers', () => {
    const frames = readAll(recordedBytes('exec-spdy', 'proxy'));
    expect(frames.filter((frame) => frame.kind === 'syn-reply')).toHaveLength(4);
    const output = frames
      .flatMap((frame) => (frame.kind === 'data' ? [frame.bytes.toString()] : []))
      .join('');
    expect(output).toContain('hello stdin');
  });

  it('keeps headers over a whole connection', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string()), { maxLength: 30 }),
        (all) => {
          const encoder = new HeaderEncoder();
          const decoder = new HeaderDecoder();
          for (const headers of all) {
            const given = new Map(
              Object.entries(headers).map(([name, value]) => [name, value.toWellFormed()]),
            );
            expect(decoder.decode(encoder.encode(given))).toEqual(given);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that are malformed are refused without a crash', () => {
    const writer = new SpdyFrameWriter();
    const valid = [
      recordedBytes('exec-spdy', 'client'),
      recordedBytes('port-forward-spdy', 'client'),
      Buffer.concat([
        writer.synStream(1, new Map([['streamtype', 'error']])),
        writer.ping(2),
        writer.goAway(1),
      ]),
      Buffer.concat([writer.reset(3, 5), writer.dataHead(1, 3, true), Buffer.from('abc')]),
    ];
    fc.assert(
      fc.property(brokenBytes(valid), (bytes) => {
        try {
          for (const frame of readAll(Buffer.from(bytes))) expect(frame.kind).toBeTypeOf('string');
        } catch (error) {
          // zlib and Buffer report by codes of their own; nothing else may happen.
          expect(error).toBeInstanceOf(Error);
          expect((error as NodeJS.ErrnoException).code ?? (error as Error).name).toMatch(
            /^(RangeError|Z_|ERR_OUT_OF_RANGE|ERR_BUFFER)/,
          );
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});

/** Two ends of a connection in memory. */
function pair(): [Duplex, Duplex] {
  const make = (): Duplex & { other?: Duplex } =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        (this as unknown as { other: Duplex }).other.push(chunk);
        done();
      },
      final(done) {
        (this as unknown as { other: Duplex }).other.push(null);
        done();
      },
    });
  const [a, b] = [make(), make()];
  a.other = b;
  b.other = a;
  return [a, b];
}

describe('a SPDY connection', () => {
  it('answers streams, pings and the end of each', async () => {
    const [near, far] = pair();
    const opened: SpdyStream[] = [];
    void new SpdyConnection(near, (stream) => opened.push(stream));
    const writer = new SpdyFrameWriter();
    far.write(writer.synStream(1, new Map([['streamtype', 'stdin']])));
    far.write(Buffer.concat([writer.dataHead(1, 5, true), Buffer.from('hello')]));
    far.write(writer.ping(7));
    await new Promise((resolve) => setImmediate(resolve));
    const [stream] = opened;
    expect(stream?.headers.get('streamtype')).toBe('stdin');
    expect(stream && (await text(stream))).toBe('hello');
    stream?.end('bye');
    await new Promise((resolve) => setImmediate(resolve));
    const frames = readAll(far.read() as Buffer);
    expect(frames.map((frame) => frame.kind)).toEqual(['syn-reply', 'ping', 'data', 'data']);
    expect(frames.at(-1)).toMatchObject({ streamId: 1, isLast: true });
    far.destroy();
    near.destroy();
  });

  it('is cut by bytes that are no frames, and takes its streams with it', async () => {
    const [near, far] = pair();
    const closed: number[] = [];
    void new SpdyConnection(near, (stream) => stream.once('close', () => closed.push(stream.id)));
    const writer = new SpdyFrameWriter();
    far.write(writer.synStream(1, new Map()));
    far.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'.padEnd(64).replaceAll('G', '\xff'), 'latin1'));
    await new Promise((resolve) => near.once('close', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual([1]);
  });

  it('refuses stream numbers of the server or out of order', async () => {
    const [near, far] = pair();
    const opened: SpdyStream[] = [];
    void new SpdyConnection(near, (stream) => opened.push(stream));
    const writer = new SpdyFrameWriter();
    for (const id of [2, 5, 3]) far.write(writer.synStream(id, new Map()));
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened.map((stream) => stream.id)).toEqual([5]);
    const kinds = readAll(far.read() as Buffer).map((frame) => frame.kind);
    expect(kinds).toEqual(['reset', 'syn-reply', 'reset']);
    far.destroy();
    near.destroy();
  });
});
