import { expect, type Page } from '@playwright/test';
import type { Porthole } from './porthole.ts';

/** The shell in front. Its screen is read through the command that copies it. */
export class ShellTab {
  readonly page: Page;
  readonly #porthole: Porthole;

  constructor(page: Page, porthole: Porthole) {
    this.page = page;
    this.#porthole = porthole;
  }

  get terminal() {
    return this.page.getByRole('document', { name: 'Terminal' }).filter({ visible: true });
  }
  get ended() {
    return this.page.getByRole('region', { name: 'Connection ended' }).filter({ visible: true });
  }

  async expectOpen(): Promise<void> {
    await expect(this.page.locator('[data-state="open"]').filter({ visible: true })).toBeVisible();
  }

  async focus(): Promise<void> {
    await this.terminal.locator('textarea').focus();
  }

  async run(line: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** The whole text, screen and scrollback. */
  async text(): Promise<string> {
    const before = 'nothing was copied yet';
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), before);
    await this.#porthole.command('Copy all terminal text');
    await expect.poll(() => this.page.evaluate(() => navigator.clipboard.readText())).not.toBe(before);
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async expectText(pattern: RegExp): Promise<void> {
    await expect.poll(() => this.text(), { timeout: 20_000 }).toMatch(pattern);
  }
}
