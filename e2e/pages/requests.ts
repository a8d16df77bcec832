import { expect, type Page } from '@playwright/test';

/** Access requests: the list, one request, the cart and its form, the chips. */
export class Requests {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get grid() {
    return this.page.getByRole('grid', { name: 'Access requests' });
  }
  row(name: string | RegExp) {
    return this.grid.getByRole('row', { name });
  }
  get search() {
    return this.page.getByRole('searchbox', { name: 'Search requests' });
  }
  /** How changes reach this window. */
  get changes() {
    return this.page.getByRole('status', { name: 'Changes' });
  }
  /** The rows without the head, as text. */
  get rows() {
    return this.grid.getByRole('row').filter({ hasNot: this.page.getByRole('columnheader') });
  }
  scope(name: string) {
    return this.page
      .getByRole('group', { name: 'Which requests' })
      .getByRole('button', { name, exact: true });
  }

  /** The request in front. */
  get document() {
    return this.page.getByRole('region', { name: /^Request of / }).filter({ visible: true });
  }
  get state() {
    return this.document.getByRole('status', { name: 'State' });
  }
  get votes() {
    return this.document.getByRole('region', { name: 'Votes' });
  }
  get decision() {
    return this.document.getByRole('group', { name: 'Decision' });
  }
  button(name: string) {
    return this.decision.getByRole('button', { name });
  }

  get cart() {
    return this.page.getByRole('region', { name: 'Cart' });
  }
  get form() {
    return this.page.getByRole('dialog', { name: 'Request access' });
  }
  get reason() {
    return this.form.getByRole('textbox', { name: 'Reason' });
  }
  get says() {
    return this.form.getByRole('region', { name: 'What the cluster says' });
  }
  get assumeDialog() {
    return this.page.getByRole('dialog', { name: 'Assume access' });
  }
  get explanation() {
    return this.page.getByRole('dialog', { name: /^Access to / });
  }

  get inboxChip() {
    return this.page.getByRole('button', { name: /^Inbox of requests/ });
  }
  get inbox() {
    return this.page.getByRole('dialog', { name: 'Inbox of requests' });
  }
  get assumedChip() {
    return this.page.getByRole('button', { name: /^Assumed: / });
  }
  get assumed() {
    return this.page.getByRole('dialog', { name: 'Assumed access' });
  }
  /** What the window tells at its edge. */
  notice(text: string | RegExp) {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  get switchRequestable() {
    return this.page.getByRole('button', { name: 'Requestable too' });
  }

  /** Sends a request for roles, and sees it open. */
  async askForRoles(roles: readonly string[], reason: string): Promise<void> {
    await expect(this.form).toBeVisible();
    for (const role of roles) await this.form.getByRole('checkbox', { name: role }).check();
    await this.reason.fill(reason);
    await this.send();
  }

  async send(): Promise<void> {
    await this.form.getByRole('button', { name: 'Send request' }).click();
    await expect(this.document).toBeVisible();
  }

  async assume(): Promise<void> {
    await this.button('Assume').click();
    await this.assumeDialog.getByRole('button', { name: 'Assume' }).click();
    await expect(this.state).toContainText('assumed');
  }
}
