import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Log } from '../log/log.ts';
import { makeHost } from '../testing/host.ts';
import { shellEnvironment } from './environment.ts';
import { FolderReports } from './folder-reports.ts';
import { LocalShellService, type LocalTarget } from './local-shell-service.ts';
import type { LocalTerminal } from './local-terminal.ts';
import { isAlive } from './process-groups.ts';
import { findShellPrograms } from './programs.ts';

const size = { cols: 90, rows: 30 };
const bash = '/bin/bash';
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'porthole-local-')));
const services: LocalShellService[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) await service.dispose();
});

function makeService(host = makeHost()) {
  const service = new LocalShellService({
    store: host.openStore('local-shell'),
    log: new Log(join(host.dataFolder, 'logs')).logger,
    environmentOf: () => ({ TELEPORT_CLUSTER: 'test.porthole', TELEPORT_PROXY: 'proxy.test:443' }),
    environment: { ...process.env, npm_config_x: 'npm', HOME: folder },
  });
  services.push(service);
  return service;
}

/** Collects what a terminal writes; `until` waits for a text in it. */
function collect(terminal: LocalTerminal) {
  let text = '';
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  terminal.onData((bytes) => {
    text += Buffer.from(bytes).toString('utf8');
    for (const entry of waiting) if (entry.pattern.test(text)) entry.resolve();
  });
  terminal.resume();
  return {
    text: () => text,
    until: (pattern: RegExp) =>
      pattern.test(text)
        ? Promise.resolve()
        : new Promise<void>((resolve) => waiting.push({ pattern, resolve })),
  };
}

function command(service: LocalShellService, line: string, more: Partial<LocalTarget> = {}) {
  const target = { ...service.commandTarget({ title: 'test', command: line }), program: bash, ...more };
  return service.start({ shellId: 'test', target, accountUri: undefined, size });
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a local terminal', () => {
  it('runs a command line in a terminal of the asked size, shows it, and tells its exit code', async () => {
    const terminal = command(makeService(), 'stty size; echo "grün $TERM $TERM_PROGRAM"; exit 7');
    const output = collect(terminal);
    expect(await terminal.ended).toEqual({ kind: 'exited', code: 7 });
    expect(output.text()).toMatch(/^\u001b\[2mstty size;.*\r\n30 90\r\ngrün xterm-256color Porthole\r\n$/s);
  });

  it('tells the signal that ended it', async () => {
    const terminal = command(makeService(), 'kill -KILL $$');
    collect(terminal);
    expect(await terminal.ended).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });

  it('has the environment of the cluster and nothing of what started the app', async () => {
    const service = makeService();
    const target = { ...service.commandTarget({ title: 't', command: 'env; exit' }), program: bash };
    const accountUri = '/clusters/a:1/users/b' as never;
    const terminal = service.start({ shellId: 'x', target, accountUri, size });
    const output = collect(terminal);
    await terminal.ended;
    expect(output.text()).toContain('TELEPORT_CLUSTER=test.porthole\r\n');
    expect(output.text()).toContain('TELEPORT_PROXY=proxy.test:443\r\n');
    expect(output.text()).not.toContain('npm_config_x');
  });

  it("keeps its KUBECONFIG when the person's own files set another", async () => {
    writeFileSync(
      join(folder, '.bash_profile'),
      'export FROM_PROFILE=yes KUBECONFIG=/other\nPS1="ready> "\n',
    );
    const host = makeHost();
    const service = new LocalShellService({
      store: host.openStore('local-shell'),
      log: new Log(join(host.dataFolder, 'logs')).logger,
      environmentOf: () => ({ KUBECONFIG: '/this one' }),
      environment: { ...process.env, HOME: folder },
    });
    services.push(service);
    const terminal = service.start({
      shellId: 'x',
      target: { ...service.target(undefined), program: bash },
      accountUri: '/clusters/a:1/users/b' as never,
      size,
    });
    const output = collect(terminal);
    await output.until(/ready> /);
    terminal.write(Buffer.from('echo "[$FROM_PROFILE|$KUBECONFIG]"\n'));
    await output.until(/\[yes\|\/this one\]/);
  });

  it('is a login shell that resizes and takes bytes as they are', async () => {
    writeFileSync(join(folder, '.bash_profile'), 'export FROM_PROFILE=yes\nPS1="ready> "\n');
    const service = makeService();
    const terminal = service.start({
      shellId: 'x',
      target: { ...service.target(undefined), program: bash },
      accountUri: undefined,
      size,
    });
    const output = collect(terminal);
    await output.until(/ready> /);
    terminal.resize({ cols: 101, rows: 31 });
    terminal.write(Buffer.from('stty size; echo "$FROM_PROFILE-日本"\n'));
    await output.until(/31 101\r\nyes-日本\r\n/);
    terminal.write(Buffer.from('exit 3\n'));
    expect(await terminal.ended).toEqual({ kind: 'exited', code: 3 });
  });

  it('holds the program back while paused, and loses nothing when it ends meanwhile', async () => {
    const file = join(folder, 'progress');
    const terminal = command(
      makeService(),
      `for i in $(seq 1 200000); do echo "line $i"; echo $i > ${file}; done; echo the-end`,
    );
    const output = collect(terminal);
    await output.until(/line 50\r\n/);
    terminal.pause();
    const progress = () => Number(readFileSync(file, 'utf8') || '0');
    let before = -1;
    // It stops as soon as the terminal's own buffers are full.
    while (progress() !== before) {
      before = progress();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(before).toBeLessThan(100_000);
    terminal.close();
    await terminal.ended;

    const short = command(makeService(), 'seq 1 500; echo the-end');
    let text = '';
    short.onData((bytes) => (text += Buffer.from(bytes).toString()));
    // Never resumed by hand.
    await short.ended;
    expect(text).toMatch(/\r\n500\r\nthe-end\r\n$/);
  });

  it('takes a megabyte of input whole', async () => {
    const bytes = 1 << 20;
    const terminal = command(
      makeService(),
      `stty raw -echo; printf 'rea''dy'; sleep 0.5; head -c ${bytes} | sha256sum`,
    );
    const output = collect(terminal);
    await output.until(/ready/);
    terminal.write(Buffer.alloc(bytes, 'x'));
    // Nothing reads yet, and the app goes on.
    expect(isAlive(terminal.pid)).toBe(true);
    await terminal.ended;
    expect(output.text()).toContain(createHash('sha256').update(Buffer.alloc(bytes, 'x')).digest('hex'));
  });
});

describe('the end of a local terminal', () => {
  it.each([
    ['a program in front', 'sleep 1000'],
    ['a program that ignores the hangup', "trap '' HUP TERM INT; while true; do sleep 1; done"],
    ['a stopped program', 'kill -STOP $$; sleep 1000'],
  ])('leaves no process behind: %s', async (_name, line) => {
    const terminal = command(makeService(), `echo "pid=$$="; ${line}`);
    const output = collect(terminal);
    await output.until(/=\d+=/);
    terminal.close();
    await terminal.ended;
    await gone(Number(/pid=(\d+)=/.exec(output.text())?.[1]));
    await gone(terminal.pid);
  });

  it('takes jobs of an interactive shell with it, in front and behind', async () => {
    const service = makeService();
    const terminal = service.start({
      shellId: 'x',
      target: { ...service.target(undefined), program: bash },
      accountUri: undefined,
      size,
    });
    const output = collect(terminal);
    terminal.write(Buffer.from('sleep 1000 & echo "back=$!="\n'));
    await output.until(/back=\d+=/);
    terminal.write(Buffer.from('bash -c \'echo "front=$$="; trap "" HUP; sleep 1000\'\n'));
    await output.until(/front=\d+=/);
    await service.dispose();
    await gone(terminal.pid);
    await gone(Number(/back=(\d+)=/.exec(output.text())?.[1]));
    await gone(Number(/front=(\d+)=/.exec(output.text())?.[1]));
  });
});

describe('what is kept for the next start', () => {
  it('is the folder and the chosen shell', async () => {
    const host = makeHost();
    const service = makeService(host);
    const place = join(folder, "a b'c");
    mkdirSync(place, { recursive: true });
    const target = service.target('/bin/bash');
    const terminal = service.start({ shellId: 'x', target, accountUri: undefined, size });
    const output = collect(terminal);
    terminal.write(Buffer.from(`cd ${JSON.stringify(place)} && echo moved-$((1+1))\n`));
    await output.until(/moved-2/);
    expect(service.folderOf('x')).toBe(place);
    terminal.write(Buffer.from('exit\n'));
    await terminal.ended;
    expect(service.folderOf('x')).toBe(place);

    const later = makeService(host).target(undefined);
    expect(later).toMatchObject({ program: '/bin/bash', folder: place });
    rmSync(place, { recursive: true });
    const again = command(makeService(host), 'pwd', { folder: place });
    const text = collect(again);
    await again.ended;
    expect(text.text()).not.toContain("a b'c");
    expect(await again.ended).toEqual({ kind: 'exited', code: 0 });
  });

  it('refuses a program that is not a shell of this machine, and survives a damaged file', () => {
    const host = makeHost();
    host.openStore('local-shell').write({ format: 9 });
    const service = makeService(host);
    expect(() => service.target('/bin/ls')).toThrow(/not one of the shells/);
    expect(service.target(undefined).program).toBe(service.programs()[0]?.program);
  });

  it('names each shell once, the login shell first', () => {
    const programs = findShellPrograms();
    expect(programs[0]?.program).toBe(userInfo().shell);
    expect(new Set(programs.map((entry) => realpathSync(entry.program) + entry.name)).size).toBe(
      programs.length,
    );
  });

  it('keeps the folders of npm out of PATH', () => {
    const own = { npm_lifecycle_event: 'start', PATH: '/x/node_modules/.bin:/usr/bin', npm_a: '1' };
    expect(shellEnvironment(own, {})).toMatchObject({ PATH: '/usr/bin' });
  });
});

describe('FolderReports', () => {
  it('reads reports however they are cut, and none of other hosts', () => {
    const text =
      'a\u001b]7;file://elsewhere/no\u0007b\u001b]7;file://Here/tmp/a%20b%C3%BC\u001b\\c\u001b]0;title\u0007';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const reports = new FolderReports('here');
      const found = [text.slice(0, cut), text.slice(cut)].map((part) => reports.feed(Buffer.from(part)));
      expect(found.filter(Boolean)).toEqual(['/tmp/a bü']);
    }
  });

  it('takes any bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom('\u001b', '\u001b]7;', 'file://here/', '%', '%zz', '\u0007', '\u001b\\', '%00'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const reports = new FolderReports('here');
        for (const text of pieces) {
          const found = reports.feed(Buffer.from(text, 'latin1'));
          expect(found === undefined || found.startsWith('/')).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
