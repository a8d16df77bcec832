import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../../cluster/kube/processes.ts';
import { openInput } from './pty-input.ts';

const megabyte = Buffer.alloc(1 << 20, 'x');
const digest = createHash('sha256').update(megabyte).digest('hex');
/** Reads nothing before a file is there. */
const lateReader = (signal: string) =>
  `stty raw -echo; printf 'rea''dy'; until [ -e ${signal} ]; do sleep 0.05; done; head -c ${megabyte.length} | sha256sum`;

function start(line: string) {
  const pty = spawn('/bin/sh', ['-c', line], { name: 'xterm', cols: 80, rows: 24, cwd: '/tmp' });
  let text = '';
  pty.onData((data) => (text += data));
  const ended = new Promise<void>((resolve) => pty.onExit(() => resolve()));
  return { pty, ended, text: () => text };
}

describe.skipIf(process.platform === 'win32')('the input of a terminal', () => {
  it('waits outside the call while nothing is read, and loses nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-pty-'));
    const { pty, ended, text } = start(lateReader(join(folder, 'go')));
    await expect.poll(text).toContain('ready');
    let drained = 0;
    const input = openInput(pty, () => (drained += 1));
    expect(input.push(megabyte)).toBe(false);
    // This process goes on meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).toBe(0);
    writeFileSync(join(folder, 'go'), '');
    await ended;
    expect(text()).toContain(digest);
    expect(drained).toBe(1);
    rmSync(folder, { recursive: true });
  });

  it('drops what waits when the program ends, and says that nothing waits', async () => {
    const { pty, ended, text } = start("stty raw -echo; printf 'rea''dy'; sleep 1000");
    await expect.poll(text).toContain('ready');
    let drained = 0;
    const input = openInput(pty, () => (drained += 1));
    expect(input.push(megabyte)).toBe(false);
    pty.kill('SIGKILL');
    await ended;
    await expect.poll(() => drained).toBe(1);
    expect(input.push(Buffer.from('late'))).toBe(true);
  });

  it('holds back what is written to a container', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-pty-'));
    const command = ['/bin/sh', '-c', lateReader(join(folder, 'go'))];
    const program = startProcess({ command, folder, environment: {}, tty: true });
    let text = '';
    program.stdout.on('data', (data: Buffer) => (text += data.toString()));
    await expect.poll(() => text).toContain('ready');
    let isTaken = false;
    program.stdin.write(megabyte, () => (isTaken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTaken).toBe(false);
    writeFileSync(join(folder, 'go'), '');
    expect(await program.ended).toEqual({ code: 0 });
    expect(isTaken).toBe(true);
    await expect.poll(() => text).toContain(digest);
    rmSync(folder, { recursive: true });
  });
});
