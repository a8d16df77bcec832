import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { hash, left, makeFolder, makeTransfer, randomFile, startPlace } from '../testing/transfer-place.ts';
import type { TransferRecord } from './transfer-store.ts';

describe.each(['upload', 'download'] as const)('a folder to %s', (direction) => {
  it('goes on where the line was cut, at each tenth of a large file', async () => {
    const from = makeFolder();
    const size = 20_000_003;
    randomFile(join(from, 'large'), size);
    for (let tenth = 1; tenth <= 9; tenth += 1) {
      const into = makeFolder();
      const server = startPlace();
      server.cutAfter = (size * tenth) / 10;
      const { transfer, seen } = makeTransfer({ server, direction, paths: [join(from, 'large')], into });
      const started = transfer.start();
      const timer = setInterval(() => transfer.wake(), 20);
      await started;
      clearInterval(timer);
      expect(transfer.status).toEqual({ kind: 'done' });
      expect(server.connections).toBe(2);
      expect(seen.some(({ status }) => status.kind === 'waiting')).toBe(true);
      expect(hash(join(into, 'large'))).toBe(hash(join(from, 'large')));
      expect(readdirSync(into)).toEqual(['large']);
    }
  });

  it('pauses, goes on without sending again, and leaves nothing when it is cancelled', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    randomFile(join(from, 'large'), 60_000_000);
    const server = startPlace();
    const order = { server, direction, paths: [join(from, 'large')], into };
    const first = makeTransfer(order);
    const started = first.transfer.start();
    while (first.transfer.info.progress.bytesDone < 20_000_000)
      await new Promise((resolve) => setImmediate(resolve));
    first.transfer.pause();
    await started;
    expect(first.transfer.status).toEqual({ kind: 'paused' });
    expect(left(into)).toHaveLength(1);
    const record = first.transfer.record as TransferRecord;
    expect(Object.values(record.marks)[0]?.at).toBeGreaterThan(10_000_000);
    // As after a new start of the app.
    const again = makeTransfer({ ...order, record: JSON.parse(JSON.stringify(record)) as TransferRecord });
    again.transfer.requeue();
    await again.transfer.start();
    expect(again.transfer.status).toEqual({ kind: 'done' });
    expect(hash(join(into, 'large'))).toBe(hash(join(from, 'large')));
    rmSync(join(into, 'large'));
    const third = makeTransfer(order);
    const running = third.transfer.start();
    while (third.transfer.info.progress.bytesDone < 10_000_000)
      await new Promise((resolve) => setImmediate(resolve));
    await third.transfer.cancel();
    await running;
    expect(third.transfer.status).toEqual({ kind: 'cancelled' });
    expect(readdirSync(into)).toEqual([]);
  });

  it('begins anew when what is there is not what was sent', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    randomFile(join(from, 'large'), 30_000_000);
    const server = startPlace();
    const order = { server, direction, paths: [join(from, 'large')], into };
    const first = makeTransfer(order);
    const started = first.transfer.start();
    while (first.transfer.info.progress.bytesDone < 15_000_000)
      await new Promise((resolve) => setImmediate(resolve));
    first.transfer.pause();
    await started;
    const record = first.transfer.record as TransferRecord;
    const mark = Object.values(record.marks)[0]?.at ?? 0;
    const half = join(into, left(into)[0] ?? '');
    const bytes = readFileSync(half);
    bytes.fill(0, mark - 10, mark);
    writeFileSync(half, bytes);
    const again = makeTransfer({ ...order, record });
    again.transfer.requeue();
    await again.transfer.start();
    expect(hash(join(into, 'large'))).toBe(hash(join(from, 'large')));
    expect(left(into)).toEqual([]);
  });
});

describe('a transfer', () => {
  it('waits for a sign-in, and goes on with it', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    writeFileSync(join(from, 'a'), 'x');
    const server = startPlace();
    server.refusal = new AppError('session-expired', 'expired', { action: 'sign-in' });
    const { transfer } = makeTransfer({ server, direction: 'upload', paths: [join(from, 'a')], into });
    const started = transfer.start();
    while (transfer.status.kind !== 'waiting') await new Promise((resolve) => setImmediate(resolve));
    expect(transfer.status).toMatchObject({ for: 'sign-in' });
    server.refusal = undefined;
    transfer.wake();
    await started;
    expect(transfer.status).toEqual({ kind: 'done' });
  });
});
