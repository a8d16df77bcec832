import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { brokenBytes, brokenText, malformedRuns } from '../../main/protocol/fixtures/malformed.ts';
import { jsonPatch, mergePatch, strategicMerge } from './patches.ts';
import type { Json } from './objects.ts';
import { parseProtobufBody } from './protobuf-body.ts';
import { parseTerminalSize, parseWishes } from './remote-streams.ts';
import { parseBody } from './request-body.ts';
import { parseRequestPath } from './request-info.ts';
import { parseSelectors } from './selectors.ts';
import { SpdyConnection } from './spdy-connection.ts';
import { SpdyFrameWriter } from './spdy-frames.ts';
import { KubeError } from './status.ts';
import { acceptPortForwardTunnel, acceptRemoteWebSocket, portForwardTunnel } from './websocket-upgrade.ts';

const options = { numRuns: malformedRuns };

/** Runs it: it may refuse with a `KubeError` and in no other way. */
function refusesOnly(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(KubeError);
  }
}

/** A masked frame as a client sends it. */
function clientFrame(payload: Buffer, opcode = 2): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

function upgradeRequest(protocol: string): IncomingMessage {
  return {
    method: 'GET',
    headers: {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': protocol,
    },
  } as unknown as IncomingMessage;
}

/** A socket whose far side is the test. */
function memorySocket(): Duplex {
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
}

describe('malformed input', () => {
  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'])(
    'of WebSocket streams (%s) closes them without a crash',
    async (protocol) => {
      const valid = [
        Buffer.concat([clientFrame(Buffer.from([0, 65, 66])), clientFrame(Buffer.from([255, 0]))]),
        clientFrame(Buffer.from('\u0004{"Width":80,"Height":24}')),
        Buffer.concat([clientFrame(Buffer.from('0QUJD'), 1), clientFrame(Buffer.from([3, 232]), 8)]),
      ];
      await fc.assert(
        fc.asyncProperty(brokenBytes(valid), async (bytes) => {
          const socket = memorySocket();
          const wishes = { stdin: true, stdout: true, stderr: false, tty: true };
          const streams = await acceptRemoteWebSocket(
            upgradeRequest(protocol),
            socket,
            Buffer.alloc(0),
            wishes,
          );
          streams.onResize(({ columns, rows }) => expect(columns * rows).toBeGreaterThan(0));
          streams.stdin?.resume();
          socket.push(Buffer.from(bytes));
          await new Promise((resolve) => setImmediate(resolve));
          socket.destroy();
        }),
        { numRuns: Math.ceil(malformedRuns / 3) },
      );
    },
    120_000,
  );

  it('of the port-forward tunnel closes it without a crash', async () => {
    const writer = new SpdyFrameWriter();
    const syn = writer.synStream(
      1,
      new Map([
        ['streamtype', 'error'],
        ['port', '80'],
      ]),
    );
    const valid = [clientFrame(syn), Buffer.concat([clientFrame(syn), clientFrame(writer.ping(1))])];
    await fc.assert(
      fc.asyncProperty(brokenBytes(valid), async (bytes) => {
        const socket = memorySocket();
        const tunnel = await acceptPortForwardTunnel(
          upgradeRequest(portForwardTunnel),
          socket,
          Buffer.alloc(0),
        );
        void new SpdyConnection(tunnel, (stream) => stream.resume());
        socket.push(Buffer.from(bytes));
        await new Promise((resolve) => setImmediate(resolve));
        socket.destroy();
      }),
      options,
    );
  }, 120_000);

  it('of terminal sizes, paths and selectors is refused', () => {
    const texts = brokenText([
      '{"Width":80,"Height":24}',
      '/api/v1/namespaces/demo/pods/web-1/exec',
      'app=web,tier in (a, b),!gone',
    ]);
    fc.assert(
      fc.property(texts, (text) => {
        const size = parseTerminalSize(text);
        if (size) expect(size.columns).toBeGreaterThan(0);
        refusesOnly(() => parseRequestPath(text));
        refusesOnly(() => parseSelectors(new URLSearchParams({ labelSelector: text })));
        refusesOnly(() => parseSelectors(new URLSearchParams({ fieldSelector: text })));
        refusesOnly(() => parseWishes(new URLSearchParams(text)));
      }),
      options,
    );
  });

  it('of bodies is refused', () => {
    const valid = Buffer.concat([
      Buffer.from('k8s\0'),
      Buffer.from('0a0f0a0276311209436f6e6669674d6170120b0a090a01611a0464656d6f', 'hex'),
    ]);
    expect(parseProtobufBody(valid)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'demo' },
    });
    fc.assert(
      fc.property(brokenBytes([valid]), (bytes) => {
        refusesOnly(() => parseProtobufBody(Buffer.from(bytes)));
        refusesOnly(() => parseBody(Buffer.from(bytes), 'application/json'));
        refusesOnly(() => parseBody(Buffer.from(bytes), 'application/apply-patch+yaml'));
      }),
      options,
    );
  }, 120_000);

  it('of patches is refused or applied', () => {
    const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'junk'),
      path: fc.oneof(fc.string(), fc.constantFrom('', '/a', '/a/0', '/a/-', '/b/c', '/a/9', '/__proto__/x')),
      from: fc.constantFrom('', '/a', '/b', '/a/0', '/c'),
      value: json,
    });
    const target = { a: [1, { name: 'x' }], b: { c: 'd' } };
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), json, (operations, patch) => {
        refusesOnly(() => jsonPatch(target, operations));
        refusesOnly(() => jsonPatch(target, patch));
        refusesOnly(() => mergePatch(target, patch));
        refusesOnly(() => strategicMerge(target, patch));
        expect(target).toEqual({ a: [1, { name: 'x' }], b: { c: 'd' } });
        expect(({} as { x?: unknown }).x).toBeUndefined();
      }),
      options,
    );
  });
});

describe('patches', () => {
  it('merge as RFC 7386 says', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({
      a: 'z',
      c: { d: 'e' },
    });
    expect(mergePatch({ a: [1] }, { a: { b: { c: null } } })).toEqual({ a: { b: {} } });
  });

  it('merge lists by their key, in the strategic way', () => {
    const pod = {
      containers: [
        { name: 'a', image: '1', env: [{ name: 'X', value: '1' }] },
        { name: 'b', image: '1' },
      ],
      finalizers: ['one'],
    };
    const patch = {
      containers: [
        { name: 'a', env: [{ name: 'Y', value: '2' }] },
        { name: 'b', $patch: 'delete' },
        { name: 'c', image: '3' },
      ],
      finalizers: ['two'],
      '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }],
    };
    expect(strategicMerge(pod, patch)).toEqual({
      containers: [
        {
          name: 'a',
          image: '1',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '2' },
          ],
        },
        { name: 'c', image: '3' },
      ],
      finalizers: ['one', 'two'],
    });
  });

  it('follow RFC 6902', () => {
    const operations = [
      { op: 'test', path: '/a/0', value: 1 },
      { op: 'add', path: '/a/1', value: 9 },
      { op: 'move', from: '/b', path: '/c~1d' },
      { op: 'copy', from: '/a/1', path: '/a/-' },
    ];
    expect(jsonPatch({ a: [1, 2], b: true }, operations)).toEqual({ a: [1, 9, 2, 9], 'c/d': true });
  });
});
