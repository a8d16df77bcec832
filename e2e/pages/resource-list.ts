import type { Page } from '@playwright/test';

/** The pinned first tab. */
export class ResourceList {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get grid() {
    return this.page.getByRole('grid', { name: 'Resources' });
  }
  get search() {
    return this.page.getByRole('searchbox', { name: 'Search resources' });
  }
  row(name: string) {
    return this.grid.getByRole('row', { name, exact: true });
  }
  /** Without the head. */
  get rows() {
    return this.grid.getByRole('row').filter({ has: this.page.getByRole('button', { name: 'More' }) });
  }
  kind(name: string) {
    return this.page.getByRole('group', { name: 'Kinds' }).getByRole('button', { name });
  }
  get loginMenu() {
    return this.page.getByRole('menu', { name: 'Log in as' });
  }

  async connect(name: string, login?: string): Promise<void> {
    await this.row(name).getByRole('button', { name: 'Connect' }).click();
    if (login !== undefined) await this.loginMenu.getByRole('menuitem', { name: login }).click();
  }
}
