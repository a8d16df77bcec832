import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBytes, malformedRuns } from '../../main/protocol/fixtures/malformed.ts';
import { said } from '../testing/database-recordings.ts';
import { CommandSplitter, respCommand, RespScanner } from './resp.ts';

const runs = { numRuns: malformedRuns };

describe('RESP', () => {
  const values = '+OK\r\n-ERR x\r\n:1\r\n$5\r\nhello\r\n$-1\r\n*2\r\n$1\r\na\r\n*1\r\n:2\r\n*0\r\n*-1\r\n';

  it('values are counted however they are cut', () => {
    const bytes = Buffer.from(values);
    for (const size of [1, 2, 3, 1000]) {
      const scanner = new RespScanner();
      let count = 0;
      for (let at = 0; at < bytes.length; at += size)
        count += scanner.push(bytes.subarray(at, at + size)).length;
      expect(count).toBe(8);
    }
  });

  it('commands are split, and only the wanted ones are read', () => {
    const stream = Buffer.concat([
      Buffer.from('ping\r\n\r\n'),
      respCommand('SET', 'k', 'v'.repeat(100_000)),
      respCommand('auth', 'ann', 'p w'),
      Buffer.from('AUTH x\r\n'),
    ]);
    for (const size of [1, 7, 1000, 1_000_000]) {
      const splitter = new CommandSplitter((name) => name === 'AUTH');
      const pieces = [];
      for (let at = 0; at < stream.length; at += size)
        pieces.push(...splitter.push(stream.subarray(at, at + size)));
      const commands = pieces.filter((piece) => piece.kind === 'command');
      expect(commands.map(({ args }) => args)).toEqual([['ann', 'p w'], ['x']]);
      expect(pieces.filter((piece) => piece.kind === 'bytes' && piece.isEnd)).toHaveLength(2);
    }
  });

  it('bytes that are malformed end in an error or in fewer commands', () => {
    const valid = [Buffer.from(values), respCommand('AUTH', 'a', 'b'), said('redis-ping', 'client')];
    const tolerate = (work: () => void) => {
      try {
        work();
      } catch (error) {
        expect((error as Error).message).toMatch(/^(a|nested) /);
      }
    };
    fc.assert(
      fc.property(brokenBytes(valid), (bytes) => {
        tolerate(() => {
          expect(new RespScanner().push(Buffer.from(bytes)).length).toBeLessThanOrEqual(bytes.length);
        });
        tolerate(() => {
          const pieces = new CommandSplitter((name) => name === 'AUTH').push(Buffer.from(bytes));
          const total = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
          expect(total).toBeLessThanOrEqual(bytes.length);
        });
      }),
      runs,
    );
  });
});
