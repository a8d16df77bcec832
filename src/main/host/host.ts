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
}
