import { z } from 'zod';
import { TunnelId } from '../../shared/contract/ids.ts';
import { PortNumber, TunnelTarget } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';

/** What is remembered of a tunnel. No secret is among it. */
export const TunnelDefinition = z.object({
  id: TunnelId,
  target: TunnelTarget,
  port: PortNumber,
  databaseName: z.string().max(500),
  /** Listens after the next start. */
  isOpen: z.boolean(),
  /** Of the embedded cluster, whose address is another in each start. */
  isDemo: z.boolean(),
  /** What its kind found out about the target: protocol, public address. */
  facts: z.record(z.string().max(100), z.string().max(4_000)),
});
export type TunnelDefinition = z.infer<typeof TunnelDefinition>;

const File = z.object({ format: z.literal(1), tunnels: z.array(TunnelDefinition).max(5_000) });

/** The file of tunnels. One that cannot be read is kept beside the new one. */
export class TunnelStore {
  readonly #store: JsonStore;
  #tunnels: readonly TunnelDefinition[];

  constructor(store: JsonStore, log: Logger) {
    this.#store = store;
    this.#tunnels = readStore({
      store,
      log,
      name: 'tunnels',
      parse: (raw) => File.parse(raw).tunnels,
      empty: [],
    });
  }

  get tunnels(): readonly TunnelDefinition[] {
    return this.#tunnels;
  }

  /** Throws `store-unwritable`; the old file stays then. */
  write(tunnels: readonly TunnelDefinition[]): void {
    try {
      this.#store.write({ format: 1, tunnels: [...tunnels] });
    } catch (cause) {
      throw new AppError('store-unwritable', 'The tunnels could not be saved.', {
        reason: `The file ${this.#store.path} cannot be written.`,
        advice: 'Check the disk and the permissions of the folder.',
        action: 'retry',
        cause,
      });
    }
    this.#tunnels = tunnels;
  }
}
