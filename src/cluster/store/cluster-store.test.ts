import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterStore } from './cluster-store.ts';

const writer = join(import.meta.dirname, '../testing/store-writer.ts');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const readNumber = (body: unknown) =>
  typeof body === 'object' && body !== null && 'n' in body && typeof body.n === 'number'
    ? { n: body.n }
    : undefined;

/** Lets a process write until it has told of `count` records, kills it, and gives the last number back. */
async function writeAndKill(path: string, count: number): Promise<number> {
  const child = fork(writer, [path], { execArgv: ['--no-warnings'] });
  let last = -1;
  await new Promise<void>((resolve) => {
    let told = 0;
    child.on('message', (n) => {
      last = Math.max(last, Number(n));
      told += 1;
      if (told === count) resolve();
    });
  });
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return last;
}

describe('the store of the embedded cluster', () => {
  it('works in memory where the runtime has no SQLite, and tells it', () => {
    const path = join(folder, 'cluster.sqlite');
    const store = new ClusterStore(path, null);
    const numbers = store.collection('number', readNumber);
    numbers.put('a', { n: 1 });
    numbers.put('b', { n: 2 });
    numbers.delete('a');
    expect(numbers.entries()).toEqual([['b', { n: 2 }]]);
    expect(store.isKept).toBe(false);
    store.close();
    expect(readdirSync(folder)).toEqual([]);
    const kept = new ClusterStore(path);
    expect(kept.isKept).toBe(true);
    kept.close();
  });

  it('loses nothing that was told when its process is killed, again and again', async () => {
    const path = join(folder, 'cluster.sqlite');
    for (const count of [1, 37, 400]) {
      const last = await writeAndKill(path, count);
      const store = new ClusterStore(path);
      const numbers = store
        .collection('record', readNumber)
        .all()
        .map(({ n }) => n);
      store.close();
      expect(numbers.toSorted((a, b) => a - b).slice(0, last + 1)).toEqual(
        Array.from({ length: last + 1 }, (_, n) => n),
      );
    }
  }, 60_000);

  it('is open in one process at a time', () => {
    const path = join(folder, 'cluster.sqlite');
    const store = new ClusterStore(path);
    store.collection('record', readNumber).put('a', { n: 1 });
    expect(() => new ClusterStore(path)).toThrow(expect.objectContaining({ code: 'store-unwritable' }));
    store.close();
    new ClusterStore(path).close();
  });

  it('puts a file aside that is no database', () => {
    const path = join(folder, 'cluster.sqlite');
    writeFileSync(path, 'this is a text that is longer than a header of a database would be'.repeat(20));
    const store = new ClusterStore(path);
    expect(store.collection('record', readNumber).all()).toEqual([]);
    store.close();
    expect(readdirSync(folder).some((name) => name.includes('unreadable'))).toBe(true);
  });

  it('refuses a record that it does not understand, and keeps it', () => {
    const path = join(folder, 'cluster.sqlite');
    const store = new ClusterStore(path);
    store.collection<unknown>('record', (body) => body).put('a', { other: 1 });
    expect(() => store.collection('record', readNumber)).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
    expect(store.collection<unknown>('record', (body) => body).get('a')).toEqual({ other: 1 });
    store.close();
  });
});
