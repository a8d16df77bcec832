import type { Page } from '@playwright/test';

/** The second factors of a user. */
export class Devices {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get dialog() {
    return this.page.getByRole('dialog', { name: 'Second factors' });
  }
  get list() {
    return this.dialog.getByRole('list', { name: 'Devices' });
  }
  device(name: string) {
    return this.list.getByRole('listitem', { name, exact: true });
  }
  button(name: string) {
    return this.dialog.getByRole('button', { name, exact: true });
  }
  get name() {
    return this.dialog.getByRole('textbox', { name: 'Name of the device' });
  }

  async addKey(kind: 'security key' | 'passkey', name: string): Promise<void> {
    await this.button(`Add ${kind}`).click();
    await this.name.fill(name);
    await this.button('Add').click();
  }
}
