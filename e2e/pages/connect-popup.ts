import type { Page } from '@playwright/test';

/** What a row asks before it opens a tunnel. */
export class ConnectPopup {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get dialog() {
    return this.page.getByRole('dialog', { name: /^Connect to / });
  }
  get user() {
    return this.dialog.getByRole('combobox', { name: 'Database user' });
  }
  get databaseName() {
    return this.dialog.getByRole('combobox', { name: 'Database name' });
  }
  /** Values that are offered for the field with the focus. */
  get options() {
    return this.page.getByRole('option');
  }
  get ports() {
    return this.dialog.getByRole('menu', { name: 'Target port' });
  }
  get problem() {
    return this.dialog.getByRole('alert');
  }
  get submit() {
    return this.dialog.getByRole('button', { name: 'Connect', exact: true });
  }

  async choose(user: string, databaseName?: string): Promise<void> {
    await this.user.fill(user);
    if (databaseName !== undefined) {
      await this.page.keyboard.press('Tab');
      await this.databaseName.fill(databaseName);
    }
    await this.page.keyboard.press('Enter');
  }
}
