import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  hash,
  left,
  makeFolder,
  makeTransfer,
  randomFile,
  runTransfer,
  startPlace,
} from '../testing/transfer-place.ts';

describe.each(['upload', 'download'] as const)('a folder to %s', (direction) => {
  it('arrives with its names, times, modes and bytes, and nothing else', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    const root = join(from, 'tree');
    mkdirSync(join(root, 'sub/empty'), { recursive: true });
    const names: Buffer[] = [
      Buffer.from('zero'),
      Buffer.from('one'),
      Buffer.from('new\nline'),
      Buffer.from(`"quotes" 'and' \`more\` $x;*?`),
      Buffer.from([0x62, 0xff, 0xfe, 0x2e, 0xc3]),
      Buffer.from('x'.repeat(255)),
      Buffer.from('\u05e9\u05dc\u05d5\u05dd \u202e txt'),
      Buffer.from('-rf'),
      Buffer.from('~'),
    ];
    for (const [index, name] of names.entries())
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), 'y'.repeat(index));
    randomFile(join(root, 'sub/large'), 5_000_001);
    chmodSync(join(root, 'one'), 0o640);
    chmodSync(join(root, 'sub/large'), 0o4755);
    utimesSync(join(root, 'one'), 1_000_000_000, 1_000_000_000);
    symlinkSync('large', join(root, 'sub/good-link'));
    symlinkSync('nowhere', join(root, 'sub/broken-link'));
    symlinkSync('..', join(root, 'sub/loop'));
    symlinkSync('self', join(root, 'sub/self'));
    const socket = createServer().listen(join(root, 'socket'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    utimesSync(join(root, 'sub'), 1_100_000_000, 1_100_000_000);
    chmodSync(join(root, 'sub/empty'), 0o555);
    const server = startPlace();
    const info = await runTransfer({ server, direction, paths: [root], into, checkHashes: true });
    socket.close();
    expect(info.status).toEqual({ kind: 'done' });
    const copy = join(into, 'tree');
    for (const [index, name] of names.entries())
      expect(readFileSync(Buffer.concat([Buffer.from(`${copy}/`), name]), 'utf8')).toBe('y'.repeat(index));
    expect(hash(join(copy, 'sub/large'))).toBe(hash(join(root, 'sub/large')));
    expect(hash(join(copy, 'sub/good-link'))).toBe(hash(join(root, 'sub/large')));
    expect(statSync(join(copy, 'one'))).toMatchObject({ mode: 0o100640, mtimeMs: 1_000_000_000_000 });
    expect(statSync(join(copy, 'sub/large')).mode).toBe(0o100755);
    expect(statSync(join(copy, 'sub')).mtimeMs).toBe(1_100_000_000_000);
    expect(statSync(join(copy, 'sub/empty')).mode).toBe(0o40555);
    expect(new Set(info.problems.map(({ path }) => path.split('/').at(-1)))).toEqual(
      new Set(['broken-link', 'loop', 'pipe', 'self', 'socket']),
    );
    expect(info.progress).toMatchObject({ filesDone: 11, filesTotal: 11, foldersTotal: 3, isCounted: true });
    expect(info.progress.bytesDone).toBe(info.progress.bytesTotal);
    expect(left(into)).toEqual([]);
  });

  it('fails in words when there is nothing, and goes on with what can be read', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    writeFileSync(join(from, 'fine'), 'x');
    const server = startPlace();
    expect(
      (await runTransfer({ server, direction, paths: [join(from, 'none')], into })).status,
    ).toMatchObject({
      kind: 'failed',
      error: { code: 'file-not-found' },
    });
    const both = await runTransfer({
      server,
      direction,
      paths: [join(from, 'none'), join(from, 'fine')],
      into,
    });
    expect(both).toMatchObject({ status: { kind: 'done' }, problemCount: 1 });
  });

  it('copies a file as long as it was when it grows, and gives up one that shrinks', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    randomFile(join(from, 'log'), 40_000_000);
    const before = hash(join(from, 'log'));
    const server = startPlace();
    const { transfer } = makeTransfer({ server, direction, paths: [join(from, 'log')], into });
    const started = transfer.start();
    while (transfer.info.progress.bytesDone === 0) await new Promise((resolve) => setImmediate(resolve));
    appendFileSync(join(from, 'log'), 'more');
    await started;
    expect(transfer.info).toMatchObject({
      status: { kind: 'done' },
      problems: [{ error: { code: 'file-changed' } }],
    });
    expect(hash(join(into, 'log'))).toBe(before);
    rmSync(join(into, 'log'));
    const second = makeTransfer({ server, direction, paths: [join(from, 'log')], into }).transfer;
    const running = second.start();
    while (second.info.progress.bytesDone === 0) await new Promise((resolve) => setImmediate(resolve));
    truncateSync(join(from, 'log'), 1_000);
    await running;
    expect(second.status).toMatchObject({ kind: 'failed', error: { code: 'file-changed' } });
    expect(readdirSync(into)).toEqual([]);
  });

  it('carries ten thousand small files', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    mkdirSync(join(from, 'many'));
    for (let i = 0; i < 10_000; i += 1) writeFileSync(join(from, 'many', `f${i}`), `${i}`.padEnd(4_096, '.'));
    const { transfer, files } = makeTransfer({
      server: startPlace(),
      direction,
      paths: [join(from, 'many')],
      into,
    });
    await transfer.start();
    expect(transfer.info).toMatchObject({ status: { kind: 'done' }, problemCount: 0 });
    expect(files()).toBe(10_000);
    const arrived = readdirSync(join(into, 'many'));
    expect(arrived).toHaveLength(10_000);
    expect(readFileSync(join(into, 'many/f777'), 'utf8')).toBe('777'.padEnd(4_096, '.'));
    expect(left(into)).toEqual([]);
  }, 60_000);
});
