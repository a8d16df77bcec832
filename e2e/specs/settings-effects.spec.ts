import { homedir } from 'node:os';
import type { Page } from '@playwright/test';
import type { Porthole } from '../pages/porthole.ts';
import { account, nodeName } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

/** Finds a setting by the search of the page, as a person does who does not know its section. */
async function find(porthole: Porthole, words: string): Promise<void> {
  await porthole.settings.open();
  await porthole.settings.search.fill(words);
}

async function fill(porthole: Porthole, name: string, value: string): Promise<void> {
  await find(porthole, name);
  await porthole.settings.field(name).fill(value);
  await porthole.settings.field(name).press('Enter');
}

const back = (porthole: Porthole) => porthole.tabs.nth(1).click();
/** The terminal in front. */
const xterm = (page: Page) => page.locator('.xterm').filter({ visible: true });
const styleOf = (page: Page, selector: string, name: string) =>
  xterm(page)
    .locator(selector)
    .first()
    .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);

test('every setting is found by its name', async ({ porthole }) => {
  await porthole.settings.open();
  const sections = ['Appearance', 'Terminal', 'Network', 'Connections', 'Notifications', 'Advanced'];
  const names: string[] = [];
  for (const section of sections) {
    await porthole.settings.section(section);
    await expect(porthole.settings.panel.getByRole('heading', { name: section })).toBeVisible();
    const rows = porthole.settings.panel.locator('.setting .setting-words > span:first-child');
    for (const text of await rows.allInnerTexts()) names.push(text);
  }
  expect(names.length).toBeGreaterThan(30);
  for (const name of names) {
    await porthole.settings.search.fill(name);
    await expect(porthole.settings.panel.getByText(name, { exact: true }).first()).toBeVisible();
  }
});

test.describe('an open terminal takes at once', () => {
  test.beforeEach(async ({ porthole, page }) => {
    await page.keyboard.press('Control+Shift+T');
    await porthole.shell.expectOpen();
  });

  test('another font, another height of lines, and ligatures', async ({ porthole, page }) => {
    const lineHeight = async () => parseFloat(await styleOf(page, '.xterm-rows > div', 'height'));
    const before = await lineHeight();
    await fill(porthole, 'Terminal font', 'serif');
    await back(porthole);
    await expect.poll(() => styleOf(page, '.xterm-rows', 'font-family')).toMatch(/^serif/);
    await fill(porthole, 'Line height', '2');
    await back(porthole);
    await expect.poll(lineHeight).toBeGreaterThan(before * 1.4);
    await expect(xterm(page)).not.toHaveClass(/with-ligatures/);
    await find(porthole, 'Ligatures');
    await porthole.settings.switch('Ligatures').click();
    await back(porthole);
    await expect(xterm(page)).toHaveClass(/with-ligatures/);
  });

  test('another cursor, blinking or not', async ({ porthole, page }) => {
    await expect(xterm(page).locator('.xterm-cursor-block')).toHaveCount(1);
    await find(porthole, 'Cursor');
    await porthole.settings.choice('Cursor').selectOption('Bar');
    await back(porthole);
    await expect(xterm(page).locator('.xterm-cursor-bar')).toHaveCount(1);
    await find(porthole, 'Blinking');
    await porthole.settings.switch('Blinking cursor').click();
    await back(porthole);
    await expect(xterm(page).locator('.xterm-cursor-blink')).toHaveCount(1);
  });

  test('another number of lines that are kept', async ({ porthole }) => {
    await fill(porthole, 'Scrollback', '10');
    await back(porthole);
    await porthole.shell.run('seq -f line-%g 200');
    await porthole.shell.expectText(/line-200/);
    expect(await porthole.shell.text()).not.toContain('line-100\n');
    await fill(porthole, 'Scrollback', '1000');
    await back(porthole);
    await porthole.shell.run('seq -f more-%g 200');
    await porthole.shell.expectText(/more-1\n[\s\S]*more-200/);
  });

  test('a bell that is seen or heard', async ({ porthole, page }) => {
    await page.evaluate(() => {
      const seen = window as { flashes?: number; tones?: number };
      seen.flashes = 0;
      seen.tones = 0;
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (...given) {
        if (this.classList.contains('xterm')) seen.flashes = (seen.flashes ?? 0) + 1;
        return animate.apply(this, given);
      };
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...given) {
        seen.tones = (seen.tones ?? 0) + 1;
        return start.apply(this, given);
      };
    });
    const seen = () =>
      page.evaluate(() => {
        const { flashes, tones } = window as { flashes?: number; tones?: number };
        return { flashes, tones };
      });
    const ring = async (mark: string) => {
      await back(porthole);
      await porthole.shell.run(`printf '\\a'; echo ${mark}-$((40+2))`);
      await porthole.shell.expectText(new RegExp(`\\n${mark}-42`));
    };
    await ring('none');
    expect(await seen()).toEqual({ flashes: 0, tones: 0 });
    await find(porthole, 'Bell');
    await porthole.settings.choice('Bell').selectOption('Flash');
    await ring('flash');
    await expect.poll(seen).toEqual({ flashes: 1, tones: 0 });
    await find(porthole, 'Bell');
    await porthole.settings.choice('Bell').selectOption('Sound');
    await ring('sound');
    await expect.poll(seen).toEqual({ flashes: 1, tones: 1 });
  });

  test('a right click that copies a selection, else pastes', async ({ porthole, page }) => {
    await porthole.shell.run('echo chosen-$((40+2))');
    await porthole.shell.expectText(/\nchosen-42/);
    await find(porthole, 'Right click');
    await porthole.settings.choice('Right click').selectOption('Copies a selection, else pastes');
    await back(porthole);
    await page.evaluate(() => navigator.clipboard.writeText('nothing'));
    const word = xterm(page).locator('.xterm-rows').getByText('chosen-42', { exact: true }).first();
    await word.dblclick({ force: true });
    await word.click({ button: 'right', force: true });
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('chosen-42');
    await porthole.shell.terminal.click({ button: 'right' });
    await porthole.shell.expectText(/\nchosen-42\n.*chosen-42/);
  });
});

test('files beside a terminal stand where the settings say, with hidden ones or without', async ({
  signedIn,
  page,
}) => {
  await signedIn.list.connect(nodeName, account);
  await signedIn.shell.expectOpen();
  await page.keyboard.press('Control+Shift+E');
  await expect(signedIn.files.grid).toBeVisible();
  await signedIn.files.go(homedir());
  const left = async (locator: typeof signedIn.files.region) => (await locator.boundingBox())?.x ?? 0;
  const isRight = async () => (await left(signedIn.files.region)) > (await left(signedIn.shell.terminal));
  expect(await isRight()).toBe(true);
  await find(signedIn, 'Files beside a terminal');
  await signedIn.settings.choice('Files beside a terminal').selectOption('On the left');
  await back(signedIn);
  await expect.poll(isRight).toBe(false);
  await expect(signedIn.files.button('Show hidden files')).toHaveAttribute('aria-pressed', 'false');
  await find(signedIn, 'hidden');
  await signedIn.settings.switch('Show hidden files').click();
  await back(signedIn);
  await expect(signedIn.files.region.getByRole('button', { name: /hidden files/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('the HTTP proxy counts for the next connection', async ({ porthole, cluster, page }) => {
  await fill(porthole, 'HTTP proxy', 'http://127.0.0.1:9');
  await porthole.tab('Resources').click();
  // This machine is never reached through a proxy; any other name is.
  await porthole.signIn.typeAddress('cluster.example:443');
  await expect(porthole.signIn.problem).toBeVisible();
  await expect(porthole.signIn.problem).toContainText('127.0.0.1:9');
  await page.keyboard.press('Escape');
  await fill(porthole, 'Hosts without proxy', 'cluster.example');
  await porthole.tab('Resources').click();
  await porthole.signIn.typeAddress('cluster.example:443');
  await expect(porthole.signIn.problem).toBeVisible();
  await expect(porthole.signIn.problem).not.toContainText('127.0.0.1:9');
  await page.keyboard.press('Escape');
  await porthole.signIn.complete(cluster);
});
