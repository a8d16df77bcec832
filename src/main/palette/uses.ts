import { z } from 'zod';
import { type Use, usedAgain, valueNow } from '../../shared/search/frecency.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';

const maxKeys = 1_000;
const KeptUses = z.object({
  format: z.literal(1),
  uses: z.record(z.string().max(600), z.object({ value: z.number().min(0), at: z.number() })),
});

/** What was used how much. A damaged file is kept beside the new one and counts as nothing; one that cannot be written is logged. */
export class Uses {
  readonly #store: JsonStore;
  readonly #log: Logger;
  readonly #now: () => Date;
  readonly #uses: Map<string, Use>;

  constructor(options: { store: JsonStore; log: Logger; now: () => Date }) {
    this.#store = options.store;
    this.#log = options.log;
    this.#now = options.now;
    const uses = readStore({
      store: options.store,
      log: options.log,
      name: 'uses',
      parse: (raw) => KeptUses.parse(raw).uses,
      empty: {},
    });
    this.#uses = new Map(Object.entries(uses).slice(0, maxKeys));
  }

  valueOf(key: string): number {
    return valueNow(this.#uses.get(key), this.#now().getTime());
  }

  /** Highest first. */
  all(): readonly (readonly [string, number])[] {
    const now = this.#now().getTime();
    return [...this.#uses]
      .map(([key, use]) => [key, valueNow(use, now)] as const)
      .sort((a, b) => b[1] - a[1]);
  }

  use(key: string): void {
    this.#uses.set(key, usedAgain(this.#uses.get(key), this.#now().getTime()));
    if (this.#uses.size > maxKeys) {
      const [least] = this.all().at(-1) ?? [];
      if (least !== undefined) this.#uses.delete(least);
    }
    try {
      this.#store.write({ format: 1, uses: Object.fromEntries(this.#uses) });
    } catch (error) {
      this.#log.error('uses-not-written', error);
    }
  }
}
