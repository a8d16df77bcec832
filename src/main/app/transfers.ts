import { randomUUID } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { ConflictAnswer, PageFile, TransferInfo } from '../../shared/contract/transfers.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../shared/files/remote-name.ts';
import { type ServerLinks, placeOf } from '../files/links.ts';
import type { PageTransfers } from '../files/page/page-transfers.ts';
import type { PaneService } from '../files/pane-service.ts';
import { baseOf } from '../files/remote-path.ts';
import { CopyWork } from '../files/transfers/copy-work.ts';
import { DiskSink } from '../files/transfers/disk-sink.ts';
import { DiskSource } from '../files/transfers/disk-source.ts';
import { TargetLocks } from '../files/transfers/locks.ts';
import { SftpSink } from '../files/transfers/sftp-sink.ts';
import { SftpSource } from '../files/transfers/sftp-source.ts';
import type { TransferWork } from '../files/transfers/transfer-work.ts';
import { TransferService } from '../files/transfers/transfer-service.ts';
import { type TransferRecord, TransferStore } from '../files/transfers/transfer-store.ts';
import type { Host } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import type { StateHub } from '../state/state-hub.ts';

interface Chosen {
  readonly paneId: string;
  readonly checkHashes: boolean;
  readonly onConflict?: ConflictAnswer | undefined;
}

interface Draft {
  readonly input: Chosen & { readonly folder: string };
  readonly files: PageFile[];
}

const maxPageFiles = 500_000;

export interface TransferParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly links: ServerLinks;
  readonly panes: PaneService;
  readonly page: PageTransfers;
  /** A file is about to be copied. */
  readonly onFile: (record: TransferRecord) => void;
  readonly onEnd: (info: TransferInfo) => void;
}

/** Copies files between servers and this machine, each in the way that the host has. */
export class AppTransfers {
  readonly service: TransferService;
  readonly #parts: TransferParts;
  readonly #locks = new TargetLocks();
  readonly #drafts = new Map<string, Draft>();

  constructor(parts: TransferParts) {
    this.#parts = parts;
    const { hub, log, now, host } = parts;
    this.service = new TransferService({
      hub,
      log,
      now,
      store: new TransferStore(host.openStore('transfers'), log),
      makeWork: (record) => this.#makeWork(record),
      onEnd: (info) => parts.onEnd(info),
      onForget: (id) => parts.page.forget(id),
    });
  }

  uploadPaths(input: Chosen & { readonly folder: string; readonly paths: readonly string[] }): string {
    this.#requirePaths(input.paths);
    return this.#add(input, {
      source: { kind: 'disk', paths: [...input.paths] },
      target: { kind: 'server', folder: input.folder },
      title: displayRemoteName(input.paths[0]?.split(/[\\/]/).findLast((part) => part !== '') ?? ''),
    });
  }

  downloadToFolder(input: Chosen & { readonly folder: string; readonly paths: readonly string[] }): string {
    this.#requirePaths([input.folder]);
    return this.#add(input, {
      source: { kind: 'server', paths: [...input.paths] },
      target: { kind: 'disk', folder: input.folder },
      title: titleOf(input.paths),
    });
  }

  /** Files of the page, whose list may come in several calls; the transfer begins with the last one. */
  uploadFromPage(
    input: Chosen & { readonly folder: string; readonly files: readonly PageFile[] },
    isLast: boolean,
  ) {
    const id = randomUUID();
    this.#drafts.set(id, { input, files: [...input.files] });
    this.addPageFiles(id, [], isLast);
    return id;
  }

  addPageFiles(id: string, files: readonly PageFile[], isLast: boolean): void {
    const draft = this.#drafts.get(id);
    if (!draft) throw new AppError('not-found', 'This transfer takes no more files.');
    draft.files.push(...files);
    if (draft.files.length > maxPageFiles)
      throw new AppError('invalid-input', 'These are too many files for one transfer.');
    if (!isLast) return;
    this.#drafts.delete(id);
    const { input } = draft;
    const tops = new Set(draft.files.map((file) => file.path.split('/')[0] ?? ''));
    this.#parts.page.withFiles(draft.files, (source) =>
      this.#add(
        input,
        {
          source: { kind: 'page', ...source },
          target: { kind: 'server', folder: input.folder },
          title: displayRemoteName([...tops][0] ?? ''),
        },
        id,
      ),
    );
  }

  /** The files of a page that is gone were chosen again. */
  reattach(id: string, files: readonly PageFile[]): void {
    const { source } = this.service.get(id).origin;
    if (source.kind !== 'page') throw new AppError('unsupported', 'This transfer needs no page.');
    this.#parts.page.reattach(id, files, source);
    this.service.get(id).wake();
  }

  downloadToPage(
    input: Chosen & { readonly paths: readonly string[]; readonly way: 'folder' | 'file' | 'archive' },
  ): string {
    return this.#add(input, {
      source: { kind: 'server', paths: [...input.paths] },
      target: { kind: 'page', way: input.way },
      title: titleOf(input.paths),
    });
  }

  #add(chosen: Chosen, what: Pick<TransferRecord, 'source' | 'target' | 'title'>, id?: string): string {
    const { place } = this.#parts.panes.link(chosen.paneId);
    const { checkHashes, onConflict } = chosen;
    const asked = { ...what, checkHashes, ...(onConflict ? { onConflict } : {}) };
    return this.service.add(place, asked, id).id;
  }

  #makeWork(record: TransferRecord): TransferWork {
    const { links, page, onFile, host } = this.#parts;
    const { source, target } = record;
    const link = links.get(placeOf(record.serverUri, record.serverName, record.login));
    const common = { record, link, locks: this.#locks, onFile: () => onFile(record) };
    if (source.kind === 'server' && target.kind === 'page')
      return page.download({ ...common, paths: source.paths, way: target.way });
    if (source.kind === 'server' && target.kind === 'disk')
      return new CopyWork({
        ...common,
        source: new SftpSource(link, source.paths),
        sink: new DiskSink(target.folder, host.platform),
      });
    const sink = target.kind === 'server' ? new SftpSink(link, target.folder) : undefined;
    if (sink && source.kind === 'disk')
      return new CopyWork({ ...common, sink, source: new DiskSource(source.paths) });
    if (sink && source.kind === 'page') return page.upload({ ...common, sink });
    throw new AppError('internal', 'A transfer has no ends.');
  }

  /** Only a host that has dialogs gives paths to a page. */
  #requirePaths(paths: readonly string[]): void {
    if (!this.#parts.host.files)
      throw new AppError('unsupported', 'Files of this machine are chosen in the page here.');
    if (paths.every((path) => isAbsolute(path) && !path.includes('\0'))) return;
    throw new AppError('invalid-input', 'A path of this machine is not absolute.', { action: 'edit-input' });
  }
}

function titleOf(paths: readonly string[]): string {
  return displayRemoteName(baseOf(paths[0] ?? '/'));
}
