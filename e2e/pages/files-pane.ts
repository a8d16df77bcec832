import { expect, type Locator, type Page } from '@playwright/test';

/** The files of one server, beside a terminal or in a tab of their own. */
export class FilesPane {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get region() {
    return this.page.getByRole('region', { name: /^Files of / }).filter({ visible: true });
  }
  get grid() {
    return this.region.getByRole('grid', { name: /^Files of / });
  }
  get rows() {
    return this.grid.getByRole('row').filter({ has: this.page.getByRole('gridcell') });
  }
  get selected() {
    return this.grid.getByRole('row', { selected: true });
  }
  get filter() {
    return this.region.getByRole('searchbox', { name: 'Filter files' });
  }
  get problem() {
    return this.region.getByRole('alert');
  }
  get path() {
    return this.region.getByRole('combobox', { name: 'Path' });
  }
  get here() {
    return this.region.locator('[aria-current="page"]');
  }

  row(name: string): Locator {
    return this.grid.getByRole('row', { name, exact: true });
  }

  button(name: string): Locator {
    return this.region.getByRole('button', { name, exact: true });
  }

  /** Goes to a folder by typing its path. */
  async go(path: string): Promise<void> {
    await this.button('Type a path').click();
    await this.path.fill(path);
    await this.path.press('Enter');
    await expect(this.here).toHaveAccessibleName(
      path === '/' ? 'Root folder' : (path.split('/').at(-1) ?? ''),
    );
  }

  async focus(): Promise<void> {
    await this.grid.focus();
  }

  /** Runs an entry of the menu for what is chosen. */
  async choose(item: string): Promise<void> {
    await this.button('More').click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  get transfersChip() {
    return this.page.getByRole('button', { name: /^Transfers/ });
  }
  get transfers() {
    return this.page.getByRole('dialog', { name: 'Transfers' });
  }
  transfer(title: string): Locator {
    return this.transfers.getByRole('listitem', { name: title, exact: true });
  }
}
