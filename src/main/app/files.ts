import { join } from 'node:path';
import type { TransferInfo } from '../../shared/contract/transfers.ts';
import type { AccountService } from '../clusters/account-service.ts';
import { Bookmarks } from '../files/bookmarks.ts';
import { EditService } from '../files/editing/edit-service.ts';
import { openEditor } from '../files/editing/open-editor.ts';
import { ServerLinks } from '../files/links.ts';
import { PageTransfers } from '../files/page/page-transfers.ts';
import { PaneService } from '../files/pane-service.ts';
import type { Host } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import type { SecondFactorService } from '../second-factor/second-factor-service.ts';
import type { ShellService } from '../shells/shell-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { AccountAccess } from './access.ts';
import { AppTransfers } from './transfers.ts';
import type { UsageEvents } from './usage-events.ts';

export interface FileParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly accounts: AccountService;
  readonly access: AccountAccess;
  readonly factors: SecondFactorService;
  readonly shells: ShellService;
  readonly now: () => Date;
  readonly usageEvents: UsageEvents;
}

/** Files of servers: the panes that show them, and what they are copied with. */
export class AppFiles {
  readonly panes: PaneService;
  readonly page = new PageTransfers();
  readonly transfers: AppTransfers;
  readonly edits: EditService;
  readonly #links: ServerLinks;

  constructor(parts: FileParts) {
    const { host, hub, log, accounts, access, factors, shells } = parts;
    this.#links = new ServerLinks({
      identity: (uri) => access.identity(uri),
      identityFor: (uri, target, signal) => factors.forNode(uri, target, signal),
      proxy: (uri) => accounts.connections(uri).proxy(),
      noteFailure: (uri, error) => access.noteFailure(uri, error),
      leaseConnection: (uri, nodeId, login) => shells.leaseConnection(uri, nodeId, login),
    });
    this.panes = new PaneService({
      hub,
      links: this.#links,
      bookmarks: new Bookmarks(host.openStore('bookmarks'), log),
      log,
      shell: (id) => shells.get(id).info,
    });
    this.transfers = new AppTransfers({
      host,
      hub,
      log,
      now: parts.now,
      links: this.#links,
      panes: this.panes,
      page: this.page,
      onFile: ({ accountUri, target }) => parts.usageEvents.fileCopied(accountUri, target.kind === 'server'),
      onEnd: (info) => tellEnd(info, host, hub),
    });
    this.edits = new EditService({
      hub,
      log,
      now: parts.now,
      folder: join(host.dataFolder, 'edits'),
      platform: host.platform,
      openEditor: (path) => openEditor(path, hub.state.settings.values['files.editor'], host.platform),
    });
    accounts.onSignedIn((uri) => this.transfers.service.signedIn(uri));
    accounts.onSignedOut((uri) => {
      this.panes.endAll(uri);
      this.#links.endAll(uri);
    });
  }

  async dispose(): Promise<void> {
    await this.transfers.service.dispose();
    this.edits.dispose();
    this.panes.dispose();
    this.#links.dispose();
  }
}

function tellEnd(info: TransferInfo, host: Host, hub: StateHub): void {
  const { values } = hub.state.settings;
  if (!values['notifications.system'] || !values['notifications.transfers']) return;
  const what = info.direction === 'upload' ? 'Upload' : 'Download';
  if (info.status.kind === 'done') host.notify({ title: `${what} finished`, body: info.title.slice(0, 200) });
  else if (info.status.kind === 'failed')
    host.notify({ title: `${what} failed`, body: info.status.error.message.slice(0, 500) });
}
