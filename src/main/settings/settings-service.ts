import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  defaultSettings,
  type SettingName,
  type Settings,
  type SettingsInfo,
} from '../../shared/contract/settings.ts';
import type { KeyChange } from '../../shared/contract/key-bindings.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { JsonStore, SecretBox } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { asPath, asProse } from '../log/log-value.ts';
import type { StateHub } from '../state/state-hub.ts';
import {
  judgeSettings,
  keepCopy,
  moveAside,
  type RawSettings,
  type ReadSettings,
  readKeptCopy,
  readSettingsFile,
  settingsFormat,
  stampOf,
} from './settings-file.ts';

const settleMs = 80;
const passwordName = 'network.httpProxyPassword.sealed';

export interface SettingsServiceOptions {
  readonly hub: StateHub;
  readonly store: JsonStore;
  readonly secrets: SecretBox;
  readonly log: Logger;
  readonly now: () => Date;
}

/** The settings: one file that people may edit too. Changes from either side take effect at once. */
export class SettingsService implements Disposable {
  readonly #options: SettingsServiceOptions;
  readonly #changed = new Emitter<Settings>();
  readonly #watcher: Disposable;
  #read: ReadSettings = judgeSettings({});
  #problem: AppError | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Tells whether the file is the one that was read or written last. */
  #stamp = '';

  constructor(options: SettingsServiceOptions) {
    this.#options = options;
    this.#load();
    this.#watcher = this.#watch();
  }

  get values(): Settings {
    return this.#read.values;
  }

  /** Fires with all values after any of them has changed. */
  get onChange() {
    return this.#changed.event;
  }

  /** Throws `settings-read-only`, or `store-unwritable` when the disk refuses; the new values then count for this run. */
  set(values: Partial<Settings>): void {
    this.#refresh();
    this.#write({ ...this.#read.raw, ...values });
  }

  reset(names: readonly SettingName[]): void {
    this.#refresh();
    const kept = Object.entries(this.#read.raw).filter(([name]) => !names.includes(name as SettingName));
    this.#write(Object.fromEntries(kept));
  }

  bindKeys(changes: readonly KeyChange[]): void {
    this.#refresh();
    const old = this.#read.raw['keys'];
    const isUsable = typeof old === 'object' && old !== null && !Array.isArray(old);
    const keys = new Map(isUsable ? Object.entries(old) : []);
    for (const { command, chords } of changes) {
      if (chords === undefined) keys.delete(command);
      else keys.set(command, chords.length === 0 ? null : chords.length === 1 ? chords[0] : chords);
    }
    const { keys: _old, ...others } = this.#read.raw;
    this.#write(keys.size === 0 ? others : { ...others, keys: Object.fromEntries(keys) });
  }

  setHttpProxyPassword(password: string): void {
    this.#refresh();
    const { [passwordName]: _old, ...others } = this.#read.raw;
    const sealed =
      password === '' ? {} : { [passwordName]: this.#options.secrets.seal(password).toString('base64') };
    this.#write({ ...others, ...sealed });
  }

  /**
   * Renames a file that cannot be read, and begins with the copy that was kept of it before. Gives back where the file is now;
   * throws `settings-read-only` where the file is good, and `store-unwritable`.
   */
  putAside(): string {
    const { path } = this.#options.store;
    if (!this.#problem)
      throw new AppError('settings-read-only', 'The settings file can be read, so it stays where it is.');
    const aside = moveAside(path, this.#options.now());
    this.#problem = undefined;
    this.#read = readKeptCopy(path) ?? judgeSettings({});
    this.#options.log.warn('settings-put-aside', { path: asPath(aside) });
    this.#publish();
    this.#changed.fire(this.#read.values);
    if (Object.keys(this.#read.raw).length > 0) this.#write(this.#read.raw, false);
    return aside;
  }

  /** Undefined when none is kept, or when it cannot be opened any more. */
  httpProxyPassword(): string | undefined {
    const sealed = this.#read.raw[passwordName];
    if (typeof sealed !== 'string') return undefined;
    try {
      return this.#options.secrets.open(Buffer.from(sealed, 'base64'));
    } catch (error) {
      this.#options.log.error('proxy-password-unreadable', error);
      return undefined;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher.dispose();
    this.#changed.dispose();
  }

  #load(): void {
    const before = this.#read.values;
    this.#stamp = stampOf(this.#options.store.path);
    try {
      this.#read = readSettingsFile(this.#options.store.path) ?? judgeSettings({});
      this.#problem = undefined;
    } catch (error) {
      // The last good values stay; the file is left as it is for whoever mends it.
      this.#problem = isAppError(error) ? error : unreadable(this.#options.store.path, error);
      this.#options.log.error('settings-unreadable', this.#problem);
    }
    this.#publish();
    if (JSON.stringify(before) !== JSON.stringify(this.#read.values)) this.#changed.fire(this.#read.values);
  }

  /** Another program may have written a moment ago, and the watcher comes a moment later. */
  #refresh(): void {
    if (stampOf(this.#options.store.path) !== this.#stamp) this.#load();
  }

  #write(raw: RawSettings, keepsCopy = true): void {
    const { store } = this.#options;
    if (this.#isReadOnly) throw this.#readOnly();
    const next = judgeSettings({ ...raw, format: settingsFormat });
    try {
      if (keepsCopy) keepCopy(store.path);
      store.write({ ...next.raw });
      this.#stamp = stampOf(store.path);
    } catch (cause) {
      throw new AppError('store-unwritable', 'The setting counts for this run only.', {
        reason: `The file ${store.path} cannot be written.`,
        advice: 'Check the disk and the permissions of the folder.',
        action: 'retry',
        cause,
      });
    } finally {
      this.#read = next;
      this.#publish();
      this.#changed.fire(next.values);
    }
  }

  get #isReadOnly(): boolean {
    return this.#read.isReadOnly || this.#problem !== undefined;
  }

  #readOnly(): AppError {
    return new AppError('settings-read-only', 'Settings cannot be changed here now.', {
      reason:
        this.#problem?.message ??
        'The settings file was written by a newer Porthole; this one would lose what it does not know.',
      advice: this.#problem?.advice ?? 'Update Porthole, or edit the file.',
    });
  }

  /** Editors write in several steps and by renaming, so the folder is watched, and the file read when it is quiet. */
  #watch(): Disposable {
    const { path } = this.#options.store;
    try {
      const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name !== null && name !== basename(path)) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#load(), settleMs);
        this.#timer.unref();
      });
      watcher.on('error', (error) =>
        this.#options.log.warn('settings-not-watched', { reason: asProse(error.message) }),
      );
      return { dispose: () => watcher.close() };
    } catch (error) {
      this.#options.log.warn('settings-not-watched', { reason: asProse(String(error)) });
      return { dispose: () => undefined };
    }
  }

  #publish(): void {
    const { hub, store } = this.#options;
    const { values, changed, problems } = this.#read;
    hub.put({
      slice: 'settings',
      value: {
        values,
        changed: [...changed],
        path: store.path,
        problems: [...problems],
        ...(this.#problem ? { fileProblem: toErrorInfo(this.#problem) } : {}),
        isReadOnly: this.#isReadOnly,
        hasHttpProxyPassword: typeof this.#read.raw[passwordName] === 'string',
      },
    });
  }
}

/** Before the file was read. */
export const initialSettings: SettingsInfo = {
  values: defaultSettings,
  changed: [],
  path: '',
  problems: [],
  isReadOnly: false,
  hasHttpProxyPassword: false,
};

function unreadable(path: string, cause: unknown): AppError {
  return new AppError('settings-invalid', 'The settings file cannot be read.', {
    reason: `${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    advice: 'Check the permissions of the file. Until then the last good settings count.',
    cause,
  });
}
