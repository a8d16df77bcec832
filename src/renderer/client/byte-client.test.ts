import { expect, test } from 'vitest';
import {
  type ByteFrame,
  decodeByteFrame,
  encodeByteFrame,
  fromNothing,
} from '../../shared/wire/byte-frames.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';
import { ByteClient } from './byte-client.ts';

/** The main process's side: what the page sent, and a way to answer. */
function createPeer() {
  const frames: ByteFrame[] = [];
  let listener: ((message: Uint8Array) => void) | undefined;
  const peer = {
    frames,
    isOpen: true,
    answer: (frame: ByteFrame) => listener?.(encodeByteFrame(frame)),
    inputs: () => frames.flatMap((frame) => (frame.type === 'input' ? [text(frame.bytes)] : [])),
  };
  const pipe: Pipe<Uint8Array> = {
    send(message) {
      if (peer.isOpen) frames.push(decodeByteFrame(message));
      return peer.isOpen;
    },
    onMessage(next) {
      listener = next;
      return { dispose: () => undefined };
    },
    onClose: () => ({ dispose: () => undefined }),
    close: () => undefined,
  };
  return { ...peer, peer, pipe };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const sink = { reset: () => undefined, write: (_bytes: Uint8Array, onParsed: () => void) => onParsed() };

test('what is typed while the page is cut off reaches the shell after it comes back, in order and once', () => {
  const client = new ByteClient();
  const first = createPeer();
  client.connect(first.pipe);
  const stream = client.attach('shell-1', sink);
  stream.send(bytes('a'));
  first.peer.isOpen = false;
  stream.send(bytes('b'));
  client.disconnect();
  stream.send(bytes('c'));
  const second = createPeer();
  client.connect(second.pipe);
  stream.send(bytes('d'));
  expect(first.inputs()).toEqual(['a']);
  expect(second.frames[0]).toEqual({ type: 'attach', channel: 1, from: fromNothing, shellId: 'shell-1' });
  expect(second.inputs()).toEqual(['b', 'c', 'd']);
});

test('a page that comes back asks for what it has not seen, and credit of before is not returned again', () => {
  const client = new ByteClient();
  const first = createPeer();
  const parsed: (() => void)[] = [];
  client.connect(first.pipe);
  client.attach('shell-1', { reset: () => undefined, write: (_bytes, onParsed) => parsed.push(onParsed) });
  first.answer({ type: 'start', channel: 1, offset: 0, reset: true });
  first.answer({ type: 'data', channel: 1, bytes: bytes('hello') });
  client.disconnect();
  const second = createPeer();
  client.connect(second.pipe);
  for (const done of parsed) done();
  expect(second.frames).toEqual([{ type: 'attach', channel: 1, from: 5, shellId: 'shell-1' }]);
});

test('input for a shell that is gone, and input beyond the bound, is dropped', () => {
  const client = new ByteClient();
  const stream = client.attach('shell-1', sink);
  stream.send(new Uint8Array(1 << 20));
  stream.send(bytes('too much'));
  const first = createPeer();
  client.connect(first.pipe);
  expect(first.inputs().map((input) => input.length)).toEqual([1 << 20]);
  client.disconnect();
  stream.send(bytes('lost with its shell'));
  const second = createPeer();
  second.peer.isOpen = false;
  client.connect(second.pipe);
  second.answer({ type: 'gone', channel: 1 });
  client.disconnect();
  const third = createPeer();
  client.connect(third.pipe);
  expect(third.inputs()).toEqual([]);
});
