import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Porthole } from '../e2e/pages/porthole.ts';
import { startApp } from '../e2e/support/app-process.ts';
import { compare, inTurns, machine, median, print, throughput } from './harness.ts';
import { launchRawBrowser, type RawPage } from './raw-page.ts';
import { setUp } from './ssh-setup.ts';

const floodBytes = 100_000_000;
const rounds = 3;
const line = 'The quick brown fox jumps over the lazy dog 0123456789 and runs away again.\r\n';
const flood = `yes '${line.trim()}' | head -c ${floodBytes}`;

/**
 * 100 MB of a shell's output through sshd, proxy, main process and page, against the same bytes from the page's own memory
 * into an xterm, with the renderer that this machine's page uses; and Ctrl+C in a flood. `ssh -tt` says what the terminal
 * device, sshd and SSH cost without any page.
 */
const bench = await setUp();
const app = await startApp();
const browser = await launchRawBrowser();
await browser.setUp(async (playwright) => {
  const context = playwright.contexts()[0] ?? (await playwright.newContext());
  const page = context.pages()[0] ?? (await context.newPage());
  const porthole = new Porthole(page);
  await porthole.open(app.address);
  await porthole.signIn.complete(bench.viewer);
  await porthole.list.connect('sshd');
  await porthole.shell.expectOpen();
});
const page = await browser.page(new URL(app.address).host);
const memoryPage = await browser.newPage();
await page.bringToFront();
await run("PS1='$ '; stty -echo; clear");

const rate = await inTurns(rounds, through, alone);
print([
  compare('100 MB through the whole path vs xterm from memory', 'MB/s', rate, '≥ 0.85'),
  compare(
    'the same vs the same command under `ssh -tt` to the same sshd, into nothing',
    'MB/s',
    await inTurns(rounds, through, () =>
      throughput('ssh', ['-tt', ...bench.sshArgs(false), flood], floodBytes),
    ),
    '≥ 0',
  ),
]);
const times: number[] = [];
for (let round = 0; round < 7; round += 1) times.push(await measureStop());
process.stdout.write(
  `Ctrl+C in a flood: ${Math.round(median(times))} ms until what the shell then says is shown (budget: < 200 ms; ${times.map(Math.round).join(', ')}). ${machine()}\n`,
);
await browser.close();
await app.cleanUp();
await bench.stop();
process.exit();

async function run(command: string): Promise<void> {
  await page.evaluate("document.querySelector('.shell-screen textarea').focus()");
  await page.type(command);
  await page.press('Enter');
}

/** Resolves in the page, as soon as a tab has this title. */
function titled(title: string): Promise<void> {
  return page.evaluate(`new Promise((resolve) => {
    const check = () => [...document.querySelectorAll('[role=tab]')].some((tab) => tab.textContent.includes(${JSON.stringify(title)}));
    if (check()) return resolve();
    const observer = new MutationObserver(() => {
      if (!check()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  })`);
}

async function through(): Promise<number> {
  await run("printf '\\033]0;ready\\007'");
  await titled('ready');
  await page.type(`${flood}; printf '\\033]0;flood-%s\\007' over`);
  const started = performance.now();
  await page.press('Enter');
  await titled('flood-over');
  return floodBytes / 1e6 / ((performance.now() - started) / 1000);
}

async function alone(): Promise<number> {
  await memoryPage.bringToFront();
  await prepare(memoryPage);
  const speed = await memoryPage.evaluate<number>(
    `(${parseFromMemory.toString()})(${JSON.stringify({ line, floodBytes })})`,
  );
  await page.bringToFront();
  return speed;
}

async function prepare(target: RawPage): Promise<void> {
  const text = (path: string) => readFileSync(fileURLToPath(import.meta.resolve(path)), 'utf8');
  if (await target.evaluate<boolean>("typeof globalThis.Terminal === 'function'")) return;
  await target.evaluate(text('@xterm/xterm/lib/xterm.js'));
  await target.evaluate(
    `document.head.append(Object.assign(document.createElement('style'), { textContent: ${JSON.stringify(text('@xterm/xterm/css/xterm.css'))} }))`,
  );
}

/** Runs in the page. */
function parseFromMemory(input: { line: string; floodBytes: number }): Promise<number> {
  const lib = globalThis as unknown as {
    Terminal: new (
      options: object,
    ) => {
      open(element: Element): void;
      write(data: Uint8Array, done?: () => void): void;
      dispose(): void;
    };
  };
  const terminal = new lib.Terminal({ cols: 155, rows: 40, scrollback: 25_000, allowProposedApi: true });
  const element = document.body.appendChild(document.createElement('div'));
  terminal.open(element);
  const chunk = new TextEncoder().encode(input.line.repeat(Math.ceil(131_072 / input.line.length)));
  const started = performance.now();
  return new Promise((resolve) => {
    let left = input.floodBytes;
    const next = () => {
      if (left <= 0) {
        resolve(input.floodBytes / 1e6 / ((performance.now() - started) / 1000));
        terminal.dispose();
        element.remove();
        return;
      }
      left -= chunk.length;
      terminal.write(chunk, next);
    };
    for (let ahead = 0; ahead < 8; ahead += 1) {
      left -= chunk.length;
      terminal.write(chunk, ahead === 7 ? next : undefined);
    }
  });
}

/** A flood of long lines, two seconds of it, then Ctrl+C; the shell answers with a new title. */
async function measureStop(): Promise<number> {
  await run("printf '\\033]0;ready\\007'");
  await titled('ready');
  const file = '/tmp/porthole-flood.sh';
  writeFileSync(file, 'trap "printf \'\\033]0;stopped\\007\'; exit" INT; yes "$(seq -s " " 1 30)"\n');
  await run(`sh ${file}`);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const started = performance.now();
  await page.press('Control+C');
  await titled('stopped');
  return performance.now() - started;
}
