import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostileNames, hostileServerFile } from '../testing/hostile-server.ts';
import {
  hash,
  makeFolder,
  makeTransfer,
  randomFile,
  runTransfer,
  startPlace,
} from '../testing/transfer-place.ts';
import { TargetLocks } from './locks.ts';
import type { TransferRecord } from './transfer-store.ts';

describe.each(['upload', 'download'] as const)('a folder to %s', (direction) => {
  it.each([
    ['replace', ['new', undefined]],
    ['skip', ['old', undefined]],
    ['keep-both', ['old', 'new']],
    ['newer', ['old', undefined]],
  ] as const)('asks about what is there: %s', async (answer, [there, second]) => {
    const [from, into] = [makeFolder(), makeFolder()];
    for (const name of ['a.txt', 'b.txt']) {
      writeFileSync(join(from, name), 'new');
      writeFileSync(join(into, name), 'old');
      utimesSync(join(from, name), 1_000_000_000, 1_000_000_000);
    }
    const server = startPlace();
    const { transfer } = makeTransfer({
      server,
      direction,
      paths: [join(from, 'a.txt'), join(from, 'b.txt')],
      into,
    });
    const started = transfer.start();
    while (transfer.status.kind !== 'asking') await new Promise((resolve) => setImmediate(resolve));
    expect(transfer.status).toMatchObject({
      conflict: { existing: { size: 3 }, incoming: { size: 3, modified: 1_000_000_000_000 } },
    });
    transfer.answer(answer, true);
    await started;
    expect(transfer.status).toEqual({ kind: 'done' });
    for (const name of ['a', 'b']) {
      expect(readFileSync(join(into, `${name}.txt`), 'utf8')).toBe(there);
      const other = join(into, `${name} (2).txt`);
      if (second) expect(readFileSync(other, 'utf8')).toBe(second);
    }
    expect(readdirSync(into)).toHaveLength(second ? 4 : 2);
  });

  it('lets one after the other write to one target', async () => {
    const [one, two, into] = [makeFolder(), makeFolder(), makeFolder()];
    randomFile(join(one, 'same'), 3_000_000);
    randomFile(join(two, 'same'), 3_000_000);
    const server = startPlace();
    const locks = new TargetLocks();
    const start = (from: string, id: string) => {
      const order = {
        server,
        direction,
        paths: [join(from, 'same')],
        into,
        onConflict: 'replace' as const,
        locks,
      };
      const { transfer } = makeTransfer(order);
      const record = { ...(transfer.record as TransferRecord), id };
      const other = makeTransfer({ ...order, record }).transfer;
      return other.start();
    };
    await Promise.all([start(one, 'aaaaaaaa-1'), start(two, 'bbbbbbbb-1')]);
    expect(readdirSync(into)).toEqual(['same']);
    expect([hash(join(one, 'same')), hash(join(two, 'same'))]).toContain(hash(join(into, 'same')));
  });
});

describe('a transfer', () => {
  it('writes nothing outside the chosen folder, whatever a server names', async () => {
    const outer = makeFolder();
    const into = join(outer, 'a/b');
    mkdirSync(into, { recursive: true });
    const server = startPlace([process.execPath, hostileServerFile]);
    const info = await runTransfer({ server, direction: 'download', paths: ['/evil'], into });
    expect(info.status).toEqual({ kind: 'done' });
    expect(readdirSync(outer, { recursive: true })).toEqual(['a', 'a/b', 'a/b/evil', 'a/b/evil/good']);
    expect(info.problemCount).toBe(hostileNames.length - 2);
  });

  it('never lets Windows names lead elsewhere', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    for (const name of ['C:evil', 'a\\..\\b', 'dot.']) writeFileSync(join(from, name), 'x');
    const paths = ['C:evil', 'a\\..\\b', 'dot.'].map((name) => join(from, name));
    const info = await runTransfer({
      server: startPlace(),
      direction: 'download',
      paths,
      into,
      platform: 'win32',
    });
    expect(info.problemCount).toBe(3);
    expect(readdirSync(into)).toEqual([]);
  });
});
