import type { Page } from '@playwright/test';

/** The chip in the top bar and what it opens: every tunnel and session. */
export class OpenList {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get chip() {
    return this.page.getByRole('button', { name: /^Open tunnels and sessions/ });
  }
  get popup() {
    return this.page.getByRole('dialog', { name: 'Open tunnels and sessions' });
  }
  get groupName() {
    return this.popup.getByRole('textbox', { name: 'Keep what is open as' });
  }
  item(name: string) {
    return this.popup.getByRole('listitem', { name, exact: true });
  }
}
