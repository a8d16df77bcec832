import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors/app-error.ts';
import { fromNothing, outputWindowBytes } from '../../shared/wire/byte-frames.ts';
import { ModeTracker } from './mode-tracker.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { ShellAttachment } from './shell-attachment.ts';

function readAll(buffer: ReplayBuffer): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = buffer.start; at < buffer.end; ) {
    const bytes = buffer.read(at, 7);
    parts.push(Buffer.from(bytes));
    at += bytes.length;
  }
  return Buffer.concat(parts);
}

describe('ReplayBuffer', () => {
  it('holds the last bytes, by offset, within its bound', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { maxLength: 200 }), (pieces) => {
        const buffer = new ReplayBuffer(500);
        for (const piece of pieces) buffer.append(piece);
        const all = Buffer.concat(pieces);
        expect(buffer.end).toBe(all.length);
        expect(buffer.end - buffer.start).toBeLessThanOrEqual(500);
        expect(readAll(buffer).equals(all.subarray(buffer.start))).toBe(true);
      }),
    );
  });

  it('gives its end as a copy, from the begin of a line', () => {
    const buffer = new ReplayBuffer(1_000);
    for (let i = 0; i < 500; i += 1) buffer.append(Buffer.from(`line ${i}\n`));
    const tail = buffer.tail(20);
    buffer.append(Buffer.alloc(1_000));
    expect(Buffer.from(tail).toString()).toBe('line 498\nline 499\n');
  });

  it('takes more at once than it holds', () => {
    const buffer = new ReplayBuffer(100);
    buffer.append(Buffer.from('\u001b[?25l'));
    buffer.append(Buffer.from(Array.from({ length: 1_050 }, (_, at) => at & 0xff)));
    expect([buffer.start, buffer.end]).toEqual([956, 1_056]);
    expect([...readAll(buffer)]).toEqual(Array.from({ length: 100 }, (_, at) => (950 + at) & 0xff));
    expect(Buffer.from(buffer.preamble()).toString()).toContain('?25l');
  });

  it('survives very many pieces', () => {
    const buffer = new ReplayBuffer(1_000);
    for (let i = 0; i < 10_000; i += 1) buffer.append(Buffer.from(String(i % 10)));
    expect(readAll(buffer).toString()).toBe('0123456789'.repeat(100));
  });

  it('remembers modes of what was dropped', () => {
    const buffer = new ReplayBuffer(50);
    buffer.append(Buffer.from('\u001b[?1049h\u001b[?25l\u001b[?2004h'));
    for (let i = 0; i < 20; i += 1) buffer.append(Buffer.from('x'.repeat(10)));
    const preamble = Buffer.from(buffer.preamble()).toString();
    expect(preamble).toContain('\u001b[?1049h');
    expect(preamble).toContain('\u001b[?25l');
  });
});

describe('ModeTracker', () => {
  it('reads sequences however they are cut', () => {
    const text = 'ab\u001b[?1049h\u001b[31mred\u001b[?1000;1006h..\u001b[?1000l\u001b[?7l';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const tracker = new ModeTracker();
      tracker.feed(Buffer.from(text.slice(0, cut)));
      tracker.feed(Buffer.from(text.slice(cut)));
      expect(Buffer.from(tracker.preamble()).toString(), String(cut)).toBe(
        '\u001b[?1049h\u001b[?1006h\u001b[?7l',
      );
    }
  });
});

describe('ShellAttachment', () => {
  it('sends no more than its window before credit comes back, and then the rest', () => {
    const buffer = new ReplayBuffer(8 << 20);
    let sent = 0;
    const attachment = new ShellAttachment(
      buffer,
      { start: () => undefined, data: (bytes) => (sent += bytes.length) },
      fromNothing,
    );
    buffer.append(Buffer.alloc(3 << 20));
    attachment.pump();
    expect(sent).toBeLessThan(outputWindowBytes + (1 << 18));
    expect(attachment.lag).toBe((3 << 20) - sent);
    while (attachment.lag > 0) attachment.refund(1000);
    expect(sent).toBe(3 << 20);
    try {
      attachment.refund(4 << 20);
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error, 'invalid-input')).toBe(true);
    }
  });

  it('begins anew when the page knows nothing, or something that is gone', () => {
    const buffer = new ReplayBuffer(100);
    for (let i = 0; i < 50; i += 1) buffer.append(Buffer.alloc(10, i));
    const starts: { offset: number; reset: boolean }[] = [];
    const sink = {
      start: (offset: number, reset: boolean) => starts.push({ offset, reset }),
      data: () => undefined,
    };
    new ShellAttachment(buffer, sink, fromNothing);
    new ShellAttachment(buffer, sink, 3);
    new ShellAttachment(buffer, sink, 450);
    new ShellAttachment(buffer, sink, 9_999);
    expect(starts).toEqual([
      { offset: 400, reset: true },
      { offset: 400, reset: true },
      { offset: 450, reset: false },
      { offset: 400, reset: true },
    ]);
  });
});
