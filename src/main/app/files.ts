import type { AccountService } from '../clusters/account-service.ts';
import { Bookmarks } from '../files/bookmarks.ts';
import { ServerLinks } from '../files/links.ts';
import { PaneService } from '../files/pane-service.ts';
import type { Host } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import type { SecondFactorService } from '../second-factor/second-factor-service.ts';
import type { ShellService } from '../shells/shell-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { AccountAccess } from './access.ts';

export interface FileParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly accounts: AccountService;
  readonly access: AccountAccess;
  readonly factors: SecondFactorService;
  readonly shells: ShellService;
}

/** Files of servers: the panes that show them, and what they are copied with. */
export class AppFiles {
  readonly panes: PaneService;
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
    accounts.onSignedOut((uri) => {
      this.panes.endAll(uri);
      this.#links.endAll(uri);
    });
  }

  dispose(): void {
    this.panes.dispose();
    this.#links.dispose();
  }
}
