import { expect, type Page } from '@playwright/test';
import type { TestCluster } from '../support/clusters.ts';

/** Adding a cluster and signing in to it. */
export class SignIn {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get address() {
    return this.page.getByRole('textbox', { name: 'Cluster address' });
  }
  get userName() {
    return this.page.getByRole('textbox', { name: 'User name' });
  }
  get password() {
    return this.page.getByRole('textbox', { name: 'Password' });
  }
  get code() {
    return this.page.getByRole('textbox', { name: 'One-time code' });
  }
  get submit() {
    return this.page.getByRole('button', { name: 'Sign in', exact: true });
  }
  get problem() {
    return this.page.getByRole('alert');
  }
  get trustDialog() {
    return this.page.getByRole('dialog', { name: 'Certificate not trusted' });
  }

  /** From the first page or any other: up to the answer to the address. */
  async typeAddress(address: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add a cluster' }).click();
    await this.address.fill(address);
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  async trustFile(pem: string): Promise<void> {
    await expect(this.trustDialog).toBeVisible();
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Choose CA file' }).click();
    await (await chooser).setFiles({
      name: 'ca.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(pem),
    });
  }

  async fill(user: string, password: string, code: string): Promise<void> {
    await this.userName.fill(user);
    await this.password.fill(password);
    await this.code.fill(code);
  }

  /** Adds the cluster with its CA and signs its user in. */
  async complete(cluster: Pick<TestCluster, 'address' | 'webCaPem' | 'user' | 'code'>): Promise<void> {
    await this.typeAddress(cluster.address);
    await this.trustFile(cluster.webCaPem);
    await this.fill(cluster.user.name, cluster.user.password, cluster.code());
    await this.submit.click();
    await expect(this.page.getByRole('grid', { name: 'Resources' })).toBeVisible();
  }

  /** Signs another user of a known cluster in; its item is in the switcher. */
  async another(cluster: Pick<TestCluster, 'user' | 'code'>): Promise<void> {
    await this.fill(cluster.user.name, cluster.user.password, cluster.code());
    await this.submit.click();
    await expect(this.userName).toBeHidden();
  }
}
