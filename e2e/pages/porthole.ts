import { expect, type Page } from '@playwright/test';
import { ConnectPopup } from './connect-popup.ts';
import { Devices } from './devices.ts';
import { FilesPane } from './files-pane.ts';
import { OpenList } from './open-list.ts';
import { Prompts } from './prompts.ts';
import { Requests } from './requests.ts';
import { ResourceList } from './resource-list.ts';
import { SettingsPage, UsageQuestion } from './settings-page.ts';
import { ShellTab } from './shell-tab.ts';
import { SignIn } from './sign-in.ts';
import { TunnelTab } from './tunnel-tab.ts';

/** The whole window, as a person sees it. Everything is found by role and name. */
export class Porthole {
  readonly page: Page;
  readonly list: ResourceList;
  readonly shell: ShellTab;
  readonly signIn: SignIn;
  readonly settings: SettingsPage;
  readonly usageQuestion: UsageQuestion;
  readonly connect: ConnectPopup;
  readonly tunnel: TunnelTab;
  readonly openList: OpenList;
  readonly prompts: Prompts;
  readonly requests: Requests;
  readonly devices: Devices;
  readonly files: FilesPane;

  constructor(page: Page) {
    this.page = page;
    this.list = new ResourceList(page);
    this.shell = new ShellTab(page, this);
    this.signIn = new SignIn(page);
    this.settings = new SettingsPage(page);
    this.usageQuestion = new UsageQuestion(page);
    this.connect = new ConnectPopup(page);
    this.tunnel = new TunnelTab(page);
    this.openList = new OpenList(page);
    this.prompts = new Prompts(page);
    this.requests = new Requests(page);
    this.devices = new Devices(page);
    this.files = new FilesPane(page);
  }

  /** Under Electron the window is open already: its address is empty. */
  async open(address: string): Promise<void> {
    if (address !== '') await this.page.goto(address);
    await expect(this.status).toBeVisible();
  }

  get status() {
    return this.page.getByRole('status', { name: 'Connection' });
  }

  tab(name: string | RegExp) {
    return this.page.getByRole('tab', { name });
  }

  get tabs() {
    return this.page.getByRole('tab');
  }

  get notice() {
    return this.page.getByRole('alert');
  }

  async tryDemo(): Promise<void> {
    await this.page.getByRole('button', { name: 'Try the demo cluster' }).click();
    await expect(this.list.grid).toBeVisible();
  }

  /** Runs an action of the palette by its name. */
  async command(name: string): Promise<void> {
    await this.page.keyboard.press('Control+Shift+K');
    await this.page.getByRole('combobox', { name: 'Search resources, run commands' }).fill(`>${name}`);
    await this.page.getByRole('option', { name }).first().click();
  }

  get switcherButton() {
    return this.page.getByRole('button', { name: /clusters and users/ });
  }

  async switcher(): Promise<void> {
    await this.switcherButton.click();
  }

  async choose(item: string): Promise<void> {
    await this.switcher();
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }
}
