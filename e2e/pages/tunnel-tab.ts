import { expect, type Page } from '@playwright/test';

/** The tunnel in front. */
export class TunnelTab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get region() {
    return this.page.getByRole('region', { name: /^Tunnel / }).filter({ visible: true });
  }
  named(name: string) {
    return this.page.getByRole('region', { name: `Tunnel ${name}`, exact: true });
  }
  get state() {
    return this.region.getByRole('status', { name: 'State' });
  }
  get address() {
    return this.region.getByRole('textbox', { name: 'Address' });
  }
  get databaseName() {
    return this.region.getByRole('textbox', { name: 'Database name' });
  }
  /** What the facts say about the last connection that failed. */
  get lastError() {
    return this.region.getByRole('definition').last();
  }
  get problem() {
    return this.region.getByRole('alert');
  }
  button(name: string | RegExp) {
    return this.region.getByRole('button', { name });
  }
  program(name: string | RegExp) {
    return this.region.getByRole('group', { name: 'Programs' }).getByRole('button', { name });
  }

  /** Waits until it has its certificate. */
  async expectReady(name: string): Promise<void> {
    await expect(this.named(name)).toBeVisible();
    await expect(this.state).toContainText('Ready.');
  }

  async port(): Promise<number> {
    const port = Number(/:(\d+)\/?$/.exec(await this.address.inputValue())?.[1]);
    expect(port).toBeGreaterThan(0);
    return port;
  }

  /** What the button puts on the clipboard. */
  async copied(button: 'Copy address' | 'Copy command' | 'Copy connection string'): Promise<string> {
    const before = 'nothing was copied yet';
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), before);
    await this.button(button).click();
    await expect.poll(() => this.page.evaluate(() => navigator.clipboard.readText())).not.toBe(before);
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async changePort(port: number | string): Promise<void> {
    if (!(await this.portField.isVisible())) await this.button('Change port').click();
    await this.portField.fill(String(port));
    await this.button('Save port').click();
  }
  get portField() {
    return this.region.getByRole('textbox', { name: 'Port', exact: true });
  }
}
