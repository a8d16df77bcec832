import { randomUUID } from 'node:crypto';
import { type FSWatcher, mkdirSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { FileEdit } from '../../../shared/contract/files.ts';
import { AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { Logger } from '../../log/log.ts';
import { asWord } from '../../log/log-value.ts';
import type { StateHub } from '../../state/state-hub.ts';
import { baseOf, isPlainName, parentOf } from '../remote-path.ts';
import type { ServerLink } from '../server-link.ts';
import { fetchFile, type KnownFile, lookAt, sendFile } from './edit-copy.ts';

const settleMs = 300;
/** Larger files are downloaded instead. */
const maxEditBytes = 50 << 20;

interface Edit {
  readonly id: string;
  readonly paneId: string;
  readonly link: ServerLink;
  readonly path: string;
  readonly folder: string;
  readonly localPath: string;
  status: FileEdit['status'];
  /** The server's file as it was when it was last here. */
  known: KnownFile | undefined;
  /** The local copy as it was when it was last there. */
  sent: string;
  watcher: FSWatcher | undefined;
  timer: NodeJS.Timeout | undefined;
}

export interface EditServiceOptions {
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  /** Local copies are below it, each in a folder of its own. */
  readonly folder: string;
  readonly platform: string;
  /** Opens the person's editor; throws `program-missing`. */
  readonly openEditor: (path: string) => Promise<void>;
}

/** Files of servers that are open in an editor of this machine. */
export class EditService {
  readonly #options: EditServiceOptions;
  readonly #edits = new Map<string, Edit>();

  constructor(options: EditServiceOptions) {
    this.#options = options;
  }

  /** Fetches the file and opens it; goes on in the background. A file that is open already is opened again. */
  open(paneId: string, link: ServerLink, path: string): string {
    const known = [...this.#edits.values()].find((edit) => edit.link === link && edit.path === path);
    if (known) {
      void this.#openEditor(known);
      return known.id;
    }
    const name = baseOf(path);
    if (!isPlainName(name)) throw new AppError('unsupported', 'Only files can be edited.');
    const id = randomUUID();
    const folder = join(this.#options.folder, id);
    const edit: Edit = {
      id,
      paneId,
      link,
      path,
      folder,
      localPath: join(folder, name),
      status: { kind: 'opening' },
      known: undefined,
      sent: '',
      watcher: undefined,
      timer: undefined,
    };
    this.#edits.set(id, edit);
    link.hold();
    this.#set(edit, { kind: 'opening' });
    void this.#begin(edit).catch((error: unknown) => this.#fail(edit, error));
    return id;
  }

  async settle(id: string, answer: 'overwrite' | 'keep-both' | 'reload'): Promise<void> {
    const edit = this.#find(id);
    if (edit.status.kind !== 'changed') throw new AppError('not-found', 'This file asks nothing.');
    if (answer === 'overwrite') await this.#send(edit, 'replace');
    else if (answer === 'keep-both') await this.#send(edit, 'beside');
    else {
      await this.#fetch(edit);
      this.#set(edit, { kind: 'watching' });
    }
  }

  end(id: string): void {
    const edit = this.#find(id);
    this.#edits.delete(id);
    this.#stop(edit);
    rmSync(edit.folder, { recursive: true, force: true });
    this.#options.hub.put({ slice: 'fileEdits', key: id, value: null });
  }

  /** What was not sent stays on the disk. */
  dispose(): void {
    for (const edit of this.#edits.values()) {
      this.#stop(edit);
      if (edit.status.kind === 'watching' && fingerprint(edit.localPath) === edit.sent)
        rmSync(edit.folder, { recursive: true, force: true });
    }
    this.#edits.clear();
  }

  async #begin(edit: Edit): Promise<void> {
    mkdirSync(edit.folder, { recursive: true, mode: 0o700 });
    await this.#fetch(edit);
    if (!this.#edits.has(edit.id)) return;
    // Editors write a new file and rename it: the folder is watched, not the file.
    edit.watcher = watch(edit.folder, () => this.#noticed(edit));
    edit.watcher.on('error', (error) => this.#fail(edit, error));
    this.#set(edit, { kind: 'watching' });
    await this.#openEditor(edit);
  }

  async #fetch(edit: Edit): Promise<void> {
    const there = await lookAt(edit.link, edit.path);
    if (there.size > maxEditBytes)
      throw new AppError('unsupported', 'This file is too large to be edited like this.', {
        advice: 'Download it, edit it, and upload it.',
      });
    await fetchFile(edit.link, edit.path, edit.folder, this.#options.platform);
    edit.known = there;
    edit.sent = fingerprint(edit.localPath);
  }

  #noticed(edit: Edit): void {
    clearTimeout(edit.timer);
    edit.timer = setTimeout(() => {
      const now = fingerprint(edit.localPath);
      if (now === '' || now === edit.sent || !this.#edits.has(edit.id)) return;
      if (edit.status.kind !== 'watching' && edit.status.kind !== 'failed') return;
      void this.#send(edit, 'ask').catch((error: unknown) => this.#fail(edit, error));
    }, settleMs);
  }

  async #send(edit: Edit, how: 'ask' | 'replace' | 'beside'): Promise<void> {
    this.#set(edit, { kind: 'saving' });
    try {
      if (how === 'ask' && !isSame(await lookAt(edit.link, edit.path), edit.known)) {
        this.#set(edit, { kind: 'changed' });
        return;
      }
      const sent = fingerprint(edit.localPath);
      const mode = edit.known?.mode;
      await sendFile(edit.link, edit.localPath, {
        folder: parentOf(edit.path),
        name: baseOf(edit.path),
        how,
        mode,
      });
      edit.sent = sent;
      if (how !== 'beside') edit.known = await lookAt(edit.link, edit.path);
      this.#set(edit, { kind: 'watching', savedAt: this.#options.now().toISOString() });
      // It may have been saved again meanwhile.
      this.#noticed(edit);
    } catch (error) {
      this.#fail(edit, error);
    }
  }

  async #openEditor(edit: Edit): Promise<void> {
    try {
      await this.#options.openEditor(edit.localPath);
    } catch (error) {
      this.#fail(edit, error);
    }
  }

  #fail(edit: Edit, error: unknown): void {
    this.#options.log.error('edit-failed', error, { edit: asWord(edit.id) });
    this.#set(edit, { kind: 'failed', error: toErrorInfo(error) });
  }

  #stop(edit: Edit): void {
    clearTimeout(edit.timer);
    edit.watcher?.close();
    edit.link.release();
  }

  #set(edit: Edit, status: FileEdit['status']): void {
    edit.status = status;
    if (this.#edits.get(edit.id) !== edit) return;
    const { id, paneId, path, localPath } = edit;
    const { serverName } = edit.link.place;
    const value = { id, paneId, serverName, path, localPath, status };
    this.#options.hub.put({ slice: 'fileEdits', key: id, value });
  }

  #find(id: string): Edit {
    const edit = this.#edits.get(id);
    if (edit) return edit;
    throw new AppError('not-found', 'This file is not open in an editor any more.');
  }
}

function isSame(now: KnownFile, known: KnownFile | undefined): boolean {
  return now.size === known?.size && now.modified === known.modified;
}

/** Empty while an editor has taken the file away. */
function fingerprint(path: string): string {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${size}:${mtimeMs}:${ino}`;
  } catch {
    return '';
  }
}
