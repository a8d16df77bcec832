import { z } from 'zod';
import { PaneId, ShellId } from '../../shared/contract/ids.ts';
import { ShellTarget } from '../../shared/contract/shells.ts';
import { Tab } from '../../shared/contract/workspace.ts';
import { AccountUri, ResourceUri } from '../../shared/uri/uri.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';

const KeptShell = z.object({
  /** Part of a file name. */
  id: ShellId.regex(/^[0-9a-f-]{36}$/),
  accountUri: AccountUri.optional(),
  target: ShellTarget,
  /** Of the embedded cluster, whose address is another in each start. */
  isDemo: z.boolean(),
});
export type KeptShell = z.infer<typeof KeptShell>;

const KeptPane = z.object({
  id: PaneId,
  serverUri: ResourceUri,
  serverName: z.string().max(500),
  login: z.string().max(500),
  shellId: ShellId.optional(),
  folder: z.string().min(1).max(16_000).optional(),
  isDemo: z.boolean(),
});
export type KeptPane = z.infer<typeof KeptPane>;

export const KeptTabs = z.object({
  format: z.literal(1),
  /** In their order, without the pinned one. */
  tabs: z.array(Tab).max(1_000),
  activeTabId: z.string().max(100),
  shells: z.array(KeptShell).max(1_000),
  /** Files of servers, in tabs and beside shells. */
  panes: z.array(KeptPane).max(1_000).default([]),
});
export type KeptTabs = z.infer<typeof KeptTabs>;

const RunState = z.object({
  format: z.literal(1),
  isRunning: z.boolean(),
  crashes: z.number().int().min(0).max(1_000),
});

/** The tabs of the last run, and how it ended. A damaged file is kept and counts as nothing; what cannot be written is logged. */
export class TabStore {
  readonly #tabs: JsonStore;
  readonly #run: JsonStore;
  readonly #log: Logger;
  #written = '';

  constructor(stores: { tabs: JsonStore; run: JsonStore; log: Logger }) {
    this.#tabs = stores.tabs;
    this.#run = stores.run;
    this.#log = stores.log;
  }

  load(): KeptTabs | undefined {
    return this.#read(this.#tabs, KeptTabs);
  }

  /** Writes only what is new. */
  save(kept: KeptTabs): void {
    const text = JSON.stringify(kept);
    if (text === this.#written) return;
    this.#written = text;
    this.#write(this.#tabs, kept);
  }

  /** Notes that a run begins; the number of runs before it, in a row, that did not end in order. */
  beginRun(): number {
    const last = this.#read(this.#run, RunState);
    const crashes = last?.isRunning ? last.crashes + 1 : 0;
    this.#write(this.#run, { format: 1, isRunning: true, crashes });
    return crashes;
  }

  endRun(): void {
    this.#write(this.#run, { format: 1, isRunning: false, crashes: 0 });
  }

  #read<T>(store: JsonStore, schema: z.ZodType<T>): T | undefined {
    return readStore<T | undefined>({
      store,
      log: this.#log,
      name: 'tabs',
      parse: (raw) => schema.parse(raw),
      empty: undefined,
    });
  }

  #write(store: JsonStore, value: Record<string, unknown>): void {
    try {
      store.write(value);
    } catch (error) {
      this.#log.error('tabs-not-written', error);
    }
  }
}
