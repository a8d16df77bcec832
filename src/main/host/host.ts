import type { Authenticator } from './authenticator.ts';

/** Seals secrets for the disk with a key that other programs of this account do not hand out. */
export interface SecretBox {
  /** Throws `secrets-unavailable` when the system's key store is locked or missing. */
  seal(text: string): Buffer;
  /** Throws `store-damaged` on anything that `seal` did not make. */
  open(sealed: Buffer): string;
}

/** One small JSON file of settings, written atomically. */
export interface JsonStore {
  /** The whole content; `undefined` when there is no file yet. Throws `store-damaged` when it is not JSON. */
  read(): unknown;
  write(value: Record<string, unknown>): void;
  /** Where the file is, for messages. */
  readonly path: string;
}

/** A few words for the operating system's own notices. */
export interface HostNotice {
  readonly title: string;
  readonly body: string;
  /** Opened when it is clicked; absent: the app comes to the front. */
  readonly requestUri?: string;
}

/** Files of this machine by their paths, for hosts that have dialogs of the system. */
export interface HostFiles {
  /** Absolute paths; empty when the dialog was closed. */
  choose(what: 'files' | 'folder' | 'target-folder'): Promise<readonly string[]>;
  /** Shows a folder in the system's file manager. */
  reveal(path: string): Promise<void>;
}

/** What differs between Electron and the loopback host. Everything else of the main process is the same. */
export interface Host {
  readonly kind: 'electron' | 'loopback';
  readonly platform: string;
  /** Folder of this user's data; exists, mode 0700. */
  readonly dataFolder: string;
  readonly secrets: SecretBox;
  openStore(name: string): JsonStore;
  /** Opens an http or https address in the system's browser. */
  openExternal(url: string): Promise<void>;
  /** Absent where the page has the files. */
  readonly files?: HostFiles | undefined;
  /** Makes the page larger or smaller; 1 = as it is. Absent where the page has to do it itself. */
  zoom?(factor: number): void;
  /** Security keys and passkeys; absent where no browser engine can be had. */
  readonly authenticator?: Authenticator | undefined;
  /** Shows a notice of the operating system where that is possible; the page shows its own anyway. */
  notify(notice: HostNotice): void;
}
