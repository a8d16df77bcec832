import { z } from 'zod';
import { TrustChoice } from '../../shared/contract/clusters.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { AccountUri } from '../../shared/uri/uri.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from './read-store.ts';

const StoredCluster = z.object({
  /** `host:port`. */
  address: z.string().max(500),
  name: z.string().max(500),
  colour: z.number().int().min(0).max(7),
  trust: TrustChoice,
  users: z.array(z.string().max(500)).max(100),
});
export type StoredCluster = z.infer<typeof StoredCluster>;

const Profiles = z.object({
  format: z.literal(1),
  clusters: z.array(StoredCluster).max(1_000),
  activeAccount: AccountUri.optional(),
  /** The login last used on a server, by resource URI. */
  lastLogins: z.record(z.string(), z.string().max(500)),
});
export type Profiles = z.infer<typeof Profiles>;

const maxRememberedLogins = 2_000;
const empty: Profiles = { format: 1, clusters: [], lastLogins: {} };

/** Which clusters and users the person has added. No secret is in this file. */
export class ProfileStore {
  readonly #store: JsonStore;
  #profiles: Profiles;

  /** A file that cannot be read is kept beside the new one, and the log says so. */
  constructor(store: JsonStore, log: Logger) {
    this.#store = store;
    this.#profiles = readStore({ store, log, name: 'profiles', parse: (raw) => Profiles.parse(raw), empty });
  }

  get profiles(): Profiles {
    return this.#profiles;
  }

  update(change: (profiles: Profiles) => Profiles): void {
    const next = change(this.#profiles);
    try {
      this.#store.write(next);
    } catch (cause) {
      throw new AppError('store-unwritable', 'The list of clusters could not be saved.', {
        reason: `The file ${this.#store.path} cannot be written.`,
        advice: 'Check the disk and the permissions of the folder.',
        action: 'retry',
        cause,
      });
    }
    this.#profiles = next;
  }

  rememberLogin(resourceUri: string, login: string): void {
    if (this.#profiles.lastLogins[resourceUri] === login) return;
    this.update((profiles) => {
      const others = Object.entries(profiles.lastLogins).filter(([uri]) => uri !== resourceUri);
      return {
        ...profiles,
        lastLogins: Object.fromEntries([...others.slice(-maxRememberedLogins), [resourceUri, login]]),
      };
    });
  }
}
