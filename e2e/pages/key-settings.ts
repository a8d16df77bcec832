import type { Page } from '@playwright/test';

/** The keys section of the settings. */
export class KeySettings {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get search() {
    return this.page.getByRole('searchbox', { name: 'Search commands' });
  }
  get rows() {
    return this.page.getByRole('list', { name: 'Commands' }).getByRole('listitem');
  }
  row(command: string) {
    return this.page.getByRole('listitem', { name: command, exact: true });
  }
  get resetAll() {
    return this.page.getByRole('button', { name: 'Reset all keys' });
  }
  get takeThem() {
    return this.page.getByRole('button', { name: 'Take them' });
  }

  async reset(command: string): Promise<void> {
    await this.page.getByRole('button', { name: `Reset ${command}`, exact: true }).click();
  }

  async take(chord: string, command: string): Promise<void> {
    await this.page.getByRole('button', { name: `Take ${chord} from ${command}`, exact: true }).click();
  }

  /** Presses keys for a command; the question about keys that are taken stays open. */
  async press(command: string, keys: string): Promise<void> {
    await this.page.getByRole('button', { name: `Change keys of ${command}`, exact: true }).click();
    await this.page.getByRole('textbox', { name: `New keys for ${command}` }).press(keys);
  }
}
