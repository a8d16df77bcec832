import { z } from 'zod';
import { RequestNotice } from '../../shared/contract/access-requests.ts';
import { RequestCart } from '../../shared/contract/request-cart.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';

const Stored = z.object({
  format: z.literal(1),
  carts: z.array(RequestCart).max(200),
  notices: z.array(RequestNotice).max(200),
  /** What a person was told, or what was seen to tell of it later; newest last. */
  told: z.array(z.string().max(3_000)).max(5_000),
});
type Stored = z.infer<typeof Stored>;
const empty: Stored = { format: 1, carts: [], notices: [], told: [] };

/** Carts and notices of all accounts, over restarts. A damaged file costs no more than these. */
export class RequestStore {
  readonly #store: JsonStore;
  readonly #log: Logger;
  #stored: Stored;

  constructor(store: JsonStore, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#stored = readStore({ store, log, name: 'requests', parse: (raw) => Stored.parse(raw), empty });
  }

  get stored(): Stored {
    return this.#stored;
  }

  update(change: Partial<Omit<Stored, 'format'>>): void {
    this.#stored = { ...this.#stored, ...change };
    try {
      this.#store.write(this.#stored);
    } catch (error) {
      // Carts and notices of this run stay; only the next start will miss them.
      this.#log.error('requests-not-stored', error);
    }
  }
}
