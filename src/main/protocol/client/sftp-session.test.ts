import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { kindOfMode } from '../codec/sftp/attributes.ts';
import { encodeAnswer, encodeVersion } from '../codec/sftp/answers.ts';
import { openFlags } from '../codec/sftp/packets.ts';
import { SftpSession } from './sftp-session.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** OpenSSH's own server on a pipe. */
function realServer(): Duplex {
  const child = spawn('/usr/lib/openssh/sftp-server', ['-e'], { stdio: ['pipe', 'pipe', 'ignore'] });
  ends.push(() => child.kill());
  return Duplex.from({ readable: child.stdout, writable: child.stdin }) as Duplex;
}

async function openReal(): Promise<{ session: SftpSession; folder: string }> {
  const session = await SftpSession.start(realServer());
  ends.push(() => session.dispose());
  return { session, folder: mkdtempSync(join(tmpdir(), 'porthole-sftp-')) };
}

const path = (...parts: string[]) => Buffer.from(join(...parts));

describe('a session with OpenSSH', () => {
  it('reads and writes at many places at once', async () => {
    const { session, folder } = await openReal();
    const content = Buffer.alloc(1_000_000, 'abcdefg');
    const target = path(folder, 'new');
    const handle = await session.open(target, openFlags.write | openFlags.create | openFlags.exclusive, {
      mode: 0o600,
    });
    const block = 32_000;
    const starts = Array.from({ length: Math.ceil(content.length / block) }, (_, i) => i * block);
    await Promise.all(starts.map((at) => session.write(handle, at, content.subarray(at, at + block))));
    await session.close(handle);
    expect(readFileSync(join(folder, 'new')).equals(content)).toBe(true);
    const again = await session.open(target, openFlags.read);
    const parts = await Promise.all(starts.map((at) => session.read(again, at, block)));
    expect(Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0))).equals(content)).toBe(true);
    expect(await session.read(again, content.length, block)).toBeUndefined();
    expect(await session.stat(target)).toMatchObject({ size: content.length });
  });

  it('lists every entry once, whatever its name', async () => {
    const { session, folder } = await openReal();
    const names = [
      Buffer.from([0xff, 0xfe]),
      Buffer.from('a\nb'),
      Buffer.from('"quoted"'),
      Buffer.from('ä'.repeat(120)),
    ];
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), '');
    for (let i = 0; i < 1_000; i += 1) writeFileSync(join(folder, `file-${i}`), '');
    mkdirSync(join(folder, 'sub'));
    symlinkSync('sub', join(folder, 'link'));
    const entries = [];
    for await (const some of session.list(path(folder))) entries.push(...some);
    const found = entries.map((entry) => Buffer.from(entry.name).toString('hex'));
    expect(new Set(found).size).toBe(1_006);
    for (const name of names) expect(found).toContain(name.toString('hex'));
    const link = entries.find((entry) => Buffer.from(entry.name).toString() === 'link');
    expect(kindOfMode(link?.attributes.mode)).toBe('link');
    expect(Buffer.from(await session.readlink(path(folder, 'link'))).toString()).toBe('sub');
  });

  it('leaves a folder when nobody reads on', async () => {
    const { session, folder } = await openReal();
    for (let i = 0; i < 2_000; i += 1) writeFileSync(join(folder, `file-${i}`), '');
    for (let round = 0; round < 300; round += 1) {
      for await (const _some of session.list(path(folder))) break;
    }
    expect(session.isOpen).toBe(true);
  });

  it('tells what is wrong', async () => {
    const { session, folder } = await openReal();
    await expect(session.stat(path(folder, 'none'))).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(
      session.run({ type: 'mkdir', path: path(folder), attributes: {} }, 'make the folder'),
    ).rejects.toMatchObject({ code: 'file-failed' });
    expect(session.knows('posix-rename@openssh.com')).toBe(true);
    expect(Buffer.from(await session.realpath(Buffer.from('.'))).toString()).toMatch(/^\//);
  });

  it('fails what is under way when the server dies', async () => {
    const stream = realServer();
    const session = await SftpSession.start(stream);
    const asked = session.stat(Buffer.from('/'));
    stream.destroy();
    await expect(asked).rejects.toMatchObject({ code: 'connection-lost' });
    await expect(session.stat(Buffer.from('/'))).rejects.toMatchObject({ code: 'connection-lost' });
  });
});

/** A server that says what a test tells it to. */
function falseServer(answers: readonly Buffer[]): Duplex {
  const left = [...answers];
  return new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      const next = left.shift();
      if (next) this.push(next);
      done();
    },
  });
}

describe('a server that breaks the rules', () => {
  const version = encodeVersion({ version: 3, extensions: new Map() });

  it.each([
    ['another version', [encodeVersion({ version: 6, extensions: new Map() })], 'unsupported'],
    ['no greeting', [Buffer.from([0, 0, 0, 1, 9])], 'answer-invalid'],
    ['a huge packet', [Buffer.from([0x7f, 0xff, 0xff, 0xff, 2])], 'answer-invalid'],
  ] as const)('with %s is refused', async (_name, answers, code) => {
    await expect(SftpSession.start(falseServer(answers))).rejects.toMatchObject({ code });
  });

  it.each([
    ['an answer to nothing', encodeAnswer(77, { type: 'status', code: 0, message: '' })],
    ['the wrong kind of answer', encodeAnswer(1, { type: 'data', data: Buffer.from('x') })],
    ['garbage', Buffer.from([0, 0, 0, 2, 250, 1])],
  ])('with %s is given up, and nothing hangs', async (_name, answer) => {
    const session = await SftpSession.start(falseServer([version, answer]));
    const failure = await session.stat(Buffer.from('/')).catch((error: unknown) => error);
    expect(isAppError(failure, 'answer-invalid')).toBe(true);
    expect(session.isOpen).toBe(false);
  });

  it('and stays silent is left when somebody asks', async () => {
    const abort = new AbortController();
    const started = SftpSession.start(falseServer([]), abort.signal);
    abort.abort();
    await expect(started).rejects.toMatchObject({ code: 'cancelled' });
  });
});
