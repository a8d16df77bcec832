import type { Page } from '@playwright/test';

/** Dialogs that the main process asks for. */
export class Prompts {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get signIn() {
    return this.page.getByRole('dialog', { name: /^Sign in to / });
  }
  get secondFactor() {
    return this.page.getByRole('dialog', { name: /^Confirm it is you on / });
  }
  get code() {
    return this.page.getByRole('textbox', { name: 'One-time code' });
  }

  /** Types the password and the code of the user whose session is over. */
  async signInAgain(password: string, code: string): Promise<void> {
    await this.signIn.getByRole('textbox', { name: 'Password' }).fill(password);
    await this.code.fill(code);
    await this.signIn.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
}
