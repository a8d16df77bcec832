import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { Log } from './log.ts';
import { asName, asPath, asProse, asSecret, asWord } from './log-value.ts';

const makeFolder = () => mkdtempSync(join(tmpdir(), 'porthole-log-'));
const read = (folder: string) => readFileSync(join(folder, 'main.log'), 'utf8');
const lines = (folder: string) =>
  read(folder)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a line of the log', () => {
  it('has each value as its type says', () => {
    const folder = makeFolder();
    const log = new Log(folder);
    log.logger.in('clusters').info('tried', {
      version: asWord('18.1.0'),
      count: 3,
      isOpen: true,
      absent: undefined,
      user: asName('alice@example.com'),
      host: asName('web-01.example.com'),
      again: asName('web-01.example.com'),
      file: asPath('/home/alice/key.pem'),
      why: asProse('web-01.example.com refused alice'),
      password: asSecret('hunter2'),
    });
    expect(read(folder)).not.toMatch(/alice|example\.com|hunter2|home/);
    const [line] = lines(folder);
    expect(line).toMatchObject({
      level: 'info',
      domain: 'clusters',
      event: 'tried',
      version: '18.1.0',
      count: '3',
      isOpen: 'true',
      user: { name: expect.stringMatching(/^#[0-9a-f]{8}$/) },
      file: { path: expect.stringMatching(/^#[0-9a-f]{8}$/) },
      why: { prose: '' },
      password: { secret: '' },
    });
    expect(line?.['again']).toEqual(line?.['host']);
    expect(line?.['user']).not.toEqual(line?.['host']);
    expect(line).not.toHaveProperty('absent');
  });

  it('can be read in clear in this run, but for secrets, and not in the next', async () => {
    const folder = makeFolder();
    const log = new Log(folder);
    log.logger.info('tried', { user: asName('alice'), password: asSecret('hunter2') });
    const [user, password] = log.kept[0]?.fields ?? [];
    expect(user).toMatchObject({ kind: 'name', clear: 'alice' });
    expect(password).toEqual({ name: 'password', kind: 'secret', written: '' });
    const [entry] = await new Log(folder).earlier();
    expect(entry?.fields[0]).toEqual({ name: 'user', kind: 'name', written: user?.written });
    expect(await log.earlier()).toEqual([]);
  });

  it('has names and prose when the person wants them, and never a secret or a key', () => {
    const folder = makeFolder();
    const log = new Log(folder);
    log.configure({ level: 'info', writesNames: true });
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----';
    log.logger.info('tried', {
      user: asName('alice'),
      why: asProse(`alice sent ${pem} and ssh-ed25519 ${'AAAAC3NzaC1l'.repeat(9)}`),
      password: asSecret('hunter2'),
    });
    expect(lines(folder)[0]).toMatchObject({
      user: { name: 'alice' },
      why: { prose: 'alice sent [cut] and ssh-ed25519 [cut]' },
      password: { secret: '' },
    });
  });

  it('tells of an error what and where it was, and not what it says', () => {
    const folder = makeFolder();
    const cause = Object.assign(new Error('open /home/alice/x'), { code: 'ENOSPC' });
    const error = new AppError('store-unwritable', 'alice cannot write', { detail: 'web-01', cause });
    new Log(folder).logger.error('not-kept', error);
    expect(read(folder)).not.toMatch(/alice|web-01/);
    expect(lines(folder)[0]).toMatchObject({
      kind: 'AppError',
      code: 'store-unwritable',
      causes: 'Error ENOSPC',
      thrown: expect.stringContaining('src/main/log/log.test.ts:'),
    });
    expect(read(folder)).not.toContain(import.meta.dirname);
  });

  it('never takes the name of what every line has', () => {
    const folder = makeFolder();
    new Log(folder).logger.info('tried', { event: asWord('x'), at: 1 });
    expect(lines(folder)[0]).toMatchObject({ event: 'tried', event_: 'x', at_: '1' });
  });
});

describe('the level', () => {
  it('counts from the next entry on', () => {
    const log = new Log(makeFolder());
    const events = () => log.kept.map((entry) => entry.event);
    log.logger.debug('a');
    log.logger.info('b');
    log.configure({ level: 'debug', writesNames: false });
    log.logger.debug('c');
    log.configure({ level: 'error', writesNames: false });
    log.logger.warn('d');
    log.logger.error('e', new Error('x'));
    expect(events()).toEqual(['b', 'c', 'e']);
  });

  it('hides no trouble from the diagnostics', () => {
    const log = new Log(makeFolder());
    log.configure({ level: 'error', writesNames: false });
    let count = 0;
    log.onTrouble(() => {
      count += 1;
    });
    log.logger.debug('call-refused', { code: asWord('not-found') });
    log.logger.info('plain');
    log.logger.warn('lost');
    expect(log.kept).toEqual([]);
    expect(log.troubles.map((entry) => entry.event)).toEqual(['lost', 'call-refused']);
    expect(count).toBe(2);
  });
});

describe('the files', () => {
  it('are rotated by size, and only so many are kept', async () => {
    const folder = makeFolder();
    const log = new Log(folder, { limits: { bytes: 2_000, files: 3 } });
    for (let index = 0; index < 200; index += 1) log.logger.info('tried', { index });
    expect(readdirSync(folder).sort()).toEqual(['main.1.log', 'main.2.log', 'main.log']);
    for (const file of readdirSync(folder)) {
      const stat = statSync(join(folder, file));
      expect(stat.size).toBeLessThanOrEqual(2_000);
      expect(stat.mode & 0o777).toBe(0o600);
    }
    const entries = await new Log(folder, { limits: { bytes: 2_000, files: 3 } }).earlier();
    const numbers = entries.map((entry) => Number(entry.fields[0]?.written));
    expect(numbers.at(-1)).toBe(199);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it('are read past lines that are none', async () => {
    const folder = makeFolder();
    new Log(folder).logger.info('whole');
    appendFileSync(join(folder, 'main.log'), '{"at":"2026-01-01T00:00:00.000Z","run":"x","lev\n\n[]\n"x"\n');
    appendFileSync(join(folder, 'main.log'), `${'z'.repeat(100_000)}\n{"__proto__":{"x":1}}\n`);
    expect((await new Log(folder).earlier()).map((entry) => entry.event)).toEqual(['whole']);
  });

  it('that cannot be written cost nothing but themselves', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    const log = new Log(join(folder, 'file', 'logs'));
    log.logger.info('tried');
    mkdirSync(join(folder, 'logs', 'main.log'), { recursive: true });
    new Log(join(folder, 'logs')).logger.info('tried');
    expect(log.kept).toHaveLength(1);
  });
});
