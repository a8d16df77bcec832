import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from './test.ts';

/** A folder on the server with a little of everything; the test's node runs on this machine. */
export const test = base.extend<{ folder: string }>({
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-files-'));
    writeFileSync(join(folder, 'notes.txt'), 'first line\nsecond line\n');
    writeFileSync(join(folder, 'b10.log'), 'x'.repeat(10));
    writeFileSync(join(folder, 'b9.log'), 'x'.repeat(2_000));
    writeFileSync(join(folder, '.hidden'), '');
    writeFileSync(join(folder, 'two\nlines'), '');
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]), 'bytes');
    mkdirSync(join(folder, 'sub/deeper'), { recursive: true });
    writeFileSync(join(folder, 'sub/deeper/end.txt'), 'the end');
    symlinkSync('sub', join(folder, 'link'));
    symlinkSync('nowhere', join(folder, 'broken'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
});
