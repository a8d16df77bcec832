import { copyFileSync } from 'node:fs';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { asPath, asWord } from '../log/log-value.ts';

export interface StoreReading<T> {
  readonly store: JsonStore;
  readonly log: Logger;
  /** Names the file in the log. */
  readonly name: string;
  /** Throws at what it does not know. */
  readonly parse: (raw: unknown) => T;
  /** What counts where nothing was written yet, or nothing can be read. */
  readonly empty: T;
}

/** Reads a file of the app's own. One that is damaged is copied beside itself before anything is written over it. */
export function readStore<T>({ store, log, name, parse, empty }: StoreReading<T>): T {
  try {
    const raw = store.read();
    return raw === undefined ? empty : parse(raw);
  } catch (error) {
    log.error('store-damaged', error, { store: asWord(name), kept: asPath(keepDamaged(store)) });
    return empty;
  }
}

/** Copies a damaged file to `<path>.damaged`, and gives back that path. */
export function keepDamaged({ path }: JsonStore): string {
  const kept = `${path}.damaged`;
  try {
    copyFileSync(path, kept);
  } catch {
    // Nothing there to keep.
  }
  return kept;
}
