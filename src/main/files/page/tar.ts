import type { FileFacts, Parts } from '../transfers/ends.ts';
import { encodeRemoteName } from '../../../shared/files/remote-name.ts';

// POSIX.1-2001 (pax): names are bytes of any length, sizes have no limit.

const blockBytes = 512;
const maxOctalSize = 0o77777777777;

/** The header of one file or folder; the bytes of a file follow, then `tarPadding`. */
export function tarHeader(parts: Parts, kind: 'file' | 'folder', facts: Partial<FileFacts>): Buffer {
  const name = Buffer.concat([
    ...parts.flatMap((part, at) => [Buffer.from(at === 0 ? '' : '/'), encodeRemoteName(part)]),
    Buffer.from(kind === 'folder' ? '/' : ''),
  ]);
  const size = kind === 'file' ? (facts.size ?? 0) : 0;
  const records: Buffer[] = [];
  if (name.length > 100) records.push(paxRecord('path', name));
  if (size > maxOctalSize) records.push(paxRecord('size', Buffer.from(String(size))));
  const extended = Buffer.concat(records);
  const head = ustar(name, size, kind === 'file' ? '0' : '5', facts);
  if (extended.length === 0) return head;
  const about = ustar(Buffer.from('pax'), extended.length, 'x', { mode: 0o644 });
  return Buffer.concat([about, extended, tarPadding(extended.length), head]);
}

export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

export function tarEnd(): Buffer {
  return Buffer.alloc(2 * blockBytes);
}

function ustar(name: Uint8Array, size: number, type: string, facts: Partial<FileFacts>): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number) =>
    block.write(
      `${Math.max(0, Math.floor(value))
        .toString(8)
        .padStart(length - 1, '0')}\0`,
      at,
      'latin1',
    );
  block.set(name.subarray(0, 100), 0);
  octal((facts.mode ?? (type === '5' ? 0o755 : 0o644)) & 0o777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(Math.min(size, maxOctalSize), 124, 12);
  octal(facts.modified ?? 0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `<length> <key>=<value>\n`, whose length counts itself. */
function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}
