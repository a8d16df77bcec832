import type { Page } from '@playwright/test';

/** The command palette. */
export class Palette {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get field() {
    return this.page.getByRole('combobox', { name: 'Search resources, run commands' });
  }
  get options() {
    return this.page.getByRole('option');
  }
  get chosen() {
    return this.page.getByRole('option', { selected: true });
  }

  async open(): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.field.waitFor();
  }

  async type(text: string): Promise<void> {
    await this.field.fill(text);
  }
}
