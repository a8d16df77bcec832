import { randomUUID } from 'node:crypto';
import type { FilePane, FilePaneStatus } from '../../shared/contract/files.ts';
import type { PaneId, ShellId } from '../../shared/contract/ids.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { decodeRemoteName } from '../../shared/files/remote-name.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { AccountUri, ResourceUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import type { SftpSession } from '../protocol/client/sftp-session.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { Bookmarks } from './bookmarks.ts';
import { placeOf, type ServerLinks } from './links.ts';
import { folderOfOsc7 } from './osc7.ts';
import { expandHome, remoteBytes } from './remote-path.ts';
import type { ServerLink } from './server-link.ts';

/** What the next run needs to show a pane again. */
export type KeptPane = Pick<FilePane, 'id' | 'serverUri' | 'serverName' | 'login' | 'shellId'> & {
  /** The folder that was listed last. */
  readonly folder?: string | undefined;
};

interface Pane {
  readonly info: Omit<FilePane, 'status' | 'bookmarks' | 'shellFolder'>;
  readonly link: ServerLink;
  readonly watch: Disposable;
  status: FilePaneStatus;
  folder: string | undefined;
}

export interface PaneServiceOptions {
  readonly hub: StateHub;
  readonly links: ServerLinks;
  readonly bookmarks: Bookmarks;
  readonly log: Logger;
  /** Throws `not-found`. */
  readonly shell: (id: ShellId) => ShellInfo;
}

/** The panes that show files of servers: their connection, and what they remember. */
export class PaneService {
  readonly #options: PaneServiceOptions;
  readonly #panes = new Map<PaneId, Pane>();
  readonly #shellFolders = new Map<ShellId, string>();

  constructor(options: PaneServiceOptions) {
    this.#options = options;
  }

  openBeside(shellId: ShellId): PaneId {
    const known = [...this.#panes.values()].find((pane) => pane.info.shellId === shellId);
    if (known) return known.info.id;
    const { target } = this.#options.shell(shellId);
    if (target.kind !== 'server')
      throw new AppError('unsupported', 'A terminal of this machine has no files of a server.');
    return this.#open({ id: randomUUID(), shellId, ...placeIn(target) });
  }

  open(serverUri: ResourceUri, serverName: string, login: string): PaneId {
    return this.#open({ id: randomUUID(), serverUri, serverName, login });
  }

  /** A pane of the last run, as it was; it connects when somebody asks for it. */
  reopen(kept: KeptPane): void {
    if (this.#panes.has(kept.id)) return;
    const error = new AppError('connection-lost', 'These files were open before Porthole was started.', {
      advice: 'Try again to connect to the server.',
      action: 'retry',
    });
    this.#setStatus(this.#add(kept), { kind: 'ended', error: toErrorInfo(error) });
  }

  /** All that are open, for the next run. */
  get kept(): readonly KeptPane[] {
    return [...this.#panes.values()].map(({ info, folder }) => {
      const { id, serverUri, serverName, login, shellId } = info;
      return {
        id,
        serverUri,
        serverName,
        login,
        ...(shellId ? { shellId } : {}),
        ...(folder ? { folder } : {}),
      };
    });
  }

  /** The pane shows this folder now. */
  noteFolder(id: PaneId, folder: string): void {
    const pane = this.#panes.get(id);
    if (pane) pane.folder = folder;
  }

  close(id: PaneId): void {
    const pane = this.#panes.get(id);
    if (!pane) return;
    this.#panes.delete(id);
    pane.watch.dispose();
    pane.link.release();
    this.#options.hub.put({ slice: 'filePanes', key: id, value: null });
  }

  /** With its shell. */
  closeBeside(shellId: ShellId): void {
    this.#shellFolders.delete(shellId);
    for (const { info } of this.#panes.values()) if (info.shellId === shellId) this.close(info.id);
  }

  reconnect(id: PaneId): void {
    const pane = this.#find(id);
    if (pane.status.kind !== 'connecting') this.#connect(pane);
  }

  setShellFolder(shellId: ShellId, address: string): void {
    this.#options.shell(shellId);
    const folder = folderOfOsc7(address);
    if (folder === undefined || folder.length > 16_000 || this.#shellFolders.get(shellId) === folder) return;
    this.#shellFolders.set(shellId, folder);
    for (const pane of this.#panes.values()) if (pane.info.shellId === shellId) this.#show(pane);
  }

  setBookmark(id: PaneId, path: string, isSet: boolean): void {
    const { serverUri } = this.#find(id).info;
    this.#options.bookmarks.set(serverUri, path, isSet);
    for (const pane of this.#panes.values()) if (pane.info.serverUri === serverUri) this.#show(pane);
  }

  /** The way to the pane's server; transfers hold it for themselves. */
  link(id: PaneId): ServerLink {
    return this.#find(id).link;
  }

  /** Where the pane's files are; opens the channel when it is closed. */
  async session(id: PaneId, signal?: AbortSignal): Promise<SftpSession> {
    const pane = this.#find(id);
    try {
      const session = await pane.link.session(signal);
      if (pane.status.kind !== 'ready') await this.#becomeReady(pane, session);
      return session;
    } catch (error) {
      if (!isAppError(error, 'cancelled')) this.#setStatus(pane, ended(error));
      throw error;
    }
  }

  /** A path as it was typed, with `~` for the home folder. */
  async resolve(id: PaneId, path: string, signal?: AbortSignal) {
    const session = await this.session(id, signal);
    return { session, path: expandHome(path, this.home(id)), home: this.home(id) };
  }

  home(id: PaneId): string {
    const { status } = this.#find(id);
    return status.kind === 'ready' ? status.home : '/';
  }

  endAll(accountUri: AccountUri): void {
    const error = new AppError('signed-out', 'You signed out.', { action: 'sign-in' });
    for (const pane of this.#panes.values())
      if (pane.info.accountUri === accountUri) this.#setStatus(pane, ended(error));
  }

  dispose(): void {
    for (const pane of this.#panes.values()) {
      pane.watch.dispose();
      pane.link.release();
    }
    this.#panes.clear();
  }

  #open(kept: KeptPane): PaneId {
    this.#connect(this.#add(kept));
    return kept.id;
  }

  #add({ folder, ...kept }: KeptPane): Pane {
    const place = placeOf(kept.serverUri, kept.serverName, kept.login);
    const link = this.#options.links.get(place);
    link.hold();
    const pane: Pane = {
      info: {
        ...kept,
        accountUri: place.accountUri,
        ...(folder === undefined ? {} : { startFolder: folder }),
      },
      link,
      watch: link.onLost((error) => this.#setStatus(pane, ended(error))),
      status: { kind: 'connecting' },
      folder,
    };
    this.#panes.set(pane.info.id, pane);
    return pane;
  }

  #connect(pane: Pane): void {
    this.#setStatus(pane, { kind: 'connecting' });
    this.session(pane.info.id).catch((error: unknown) =>
      this.#options.log.error('files-failed', error, { pane: asWord(pane.info.id) }),
    );
  }

  async #becomeReady(pane: Pane, session: SftpSession): Promise<void> {
    const home = decodeRemoteName(await session.realpath(remoteBytes('.')));
    this.#setStatus(pane, { kind: 'ready', home });
  }

  #setStatus(pane: Pane, status: FilePaneStatus): void {
    pane.status = status;
    this.#show(pane);
  }

  #show(pane: Pane): void {
    const { info, status } = pane;
    if (this.#panes.get(info.id) !== pane) return;
    const shellFolder = info.shellId === undefined ? undefined : this.#shellFolders.get(info.shellId);
    const value: FilePane = {
      ...info,
      status,
      bookmarks: this.#options.bookmarks.of(info.serverUri),
      ...(shellFolder === undefined ? {} : { shellFolder }),
    };
    this.#options.hub.put({ slice: 'filePanes', key: info.id, value });
  }

  #find(id: PaneId): Pane {
    const pane = this.#panes.get(id);
    if (pane) return pane;
    throw new AppError('not-found', 'These files are closed.');
  }
}

/** What trying again cannot change is told apart. */
function ended(error: unknown): FilePaneStatus {
  const kind = isAppError(error, 'file-copy-forbidden', 'unsupported') ? 'forbidden' : 'ended';
  return { kind, error: toErrorInfo(error) };
}

function placeIn({ serverUri, serverName, login }: KeptPane | Omit<KeptPane, 'id'>) {
  return { serverUri, serverName, login };
}
