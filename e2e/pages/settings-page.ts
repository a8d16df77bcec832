import type { Page } from '@playwright/test';

/** The settings tab. */
export class SettingsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get panel() {
    return this.page.getByRole('tabpanel', { name: 'Settings' });
  }

  get search() {
    return this.page.getByRole('searchbox', { name: 'Search settings' });
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Settings', exact: true }).click();
  }

  async section(name: string): Promise<void> {
    await this.panel.getByRole('button', { name, exact: true }).click();
  }

  field(name: string) {
    return this.panel.getByRole('textbox', { name, exact: true });
  }

  choice(name: string) {
    return this.panel.getByRole('combobox', { name, exact: true });
  }

  switch(name: string) {
    return this.panel.getByRole('switch', { name, exact: true });
  }

  reset(name: string) {
    return this.panel.getByRole('button', { name: `Reset ${name}`, exact: true });
  }

  get usageSwitch() {
    return this.switch('Send anonymous usage data');
  }

  /** One event of a list; opens with a click. */
  usageEvent(list: string, name: string) {
    return this.panel
      .getByRole('region', { name: list })
      .getByRole('group')
      .filter({ hasText: name })
      .first();
  }
}

/** What the start asks about usage data. */
export class UsageQuestion {
  readonly dialog;
  readonly roleDialog;

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'Anonymous usage data' });
    this.roleDialog = page.getByRole('dialog', { name: 'Your role' });
  }

  async answer(button: 'Allow' | 'Decline' | 'Look at the events first'): Promise<void> {
    await this.dialog.getByRole('button', { name: button }).click();
  }
}
