import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { TunnelGroupId, TunnelId } from '../../shared/contract/ids.ts';
import { TunnelGroup } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import type { StateHub } from '../state/state-hub.ts';
import { readStore } from '../store/read-store.ts';

const File = z.object({ format: z.literal(1), groups: z.array(TunnelGroup).max(1_000) });

/** What groups need of the tunnels. */
export interface GroupedTunnels {
  has(id: TunnelId): boolean;
  /** Listens; a failure shows in the state of the tunnel too. */
  listen(id: TunnelId): Promise<void>;
}

/** Tunnels that open together, kept under a name. */
export class TunnelGroups {
  readonly #hub: StateHub;
  readonly #store: JsonStore;
  readonly #tunnels: GroupedTunnels;
  readonly #log: Logger;
  #groups: readonly TunnelGroup[];

  /** A file that cannot be read is kept beside the new one. */
  constructor(options: { hub: StateHub; store: JsonStore; tunnels: GroupedTunnels; log: Logger }) {
    this.#hub = options.hub;
    this.#store = options.store;
    this.#tunnels = options.tunnels;
    this.#log = options.log;
    this.#groups = readStore({
      store: options.store,
      log: options.log,
      name: 'tunnel-groups',
      parse: (raw) => File.parse(raw).groups,
      empty: [],
    });
    for (const group of this.#groups) this.#show(group);
  }

  /** A known name gets the new tunnels. Throws `store-unwritable`, and `not-found` when none of the tunnels is known. */
  save(name: string, tunnelIds: readonly TunnelId[]): TunnelGroupId {
    const known = [...new Set(tunnelIds)].filter((id) => this.#tunnels.has(id));
    if (known.length === 0)
      throw new AppError('not-found', 'There is no tunnel to keep.', { reason: 'They were forgotten.' });
    const old = this.#groups.find((group) => group.name === name);
    const group: TunnelGroup = { id: old?.id ?? randomUUID(), name, tunnelIds: known };
    this.#write([...this.#groups.filter(({ id }) => id !== group.id), group]);
    this.#show(group);
    return group.id;
  }

  /** Resolves when each has been tried; tunnels that were forgotten are left out. Throws `not-found`. */
  async open(id: TunnelGroupId): Promise<void> {
    const group = this.#groups.find((candidate) => candidate.id === id);
    const known = group?.tunnelIds.filter((tunnelId) => this.#tunnels.has(tunnelId)) ?? [];
    if (known.length === 0) {
      throw new AppError('not-found', 'There is no tunnel in this group.', {
        reason: group ? 'Its tunnels were forgotten.' : 'The group was removed.',
      });
    }
    const results = await Promise.allSettled(known.map((tunnelId) => this.#tunnels.listen(tunnelId)));
    const failed = results.filter(({ status }) => status === 'rejected').length;
    if (failed > 0) this.#log.info('group-opened-in-part', { failed, of: known.length });
  }

  remove(id: TunnelGroupId): void {
    this.#write(this.#groups.filter((group) => group.id !== id));
    this.#hub.put({ slice: 'tunnelGroups', key: id, value: null });
  }

  #show(group: TunnelGroup): void {
    this.#hub.put({ slice: 'tunnelGroups', key: group.id, value: group });
  }

  #write(groups: readonly TunnelGroup[]): void {
    try {
      this.#store.write({ format: 1, groups: [...groups] });
    } catch (cause) {
      throw new AppError('store-unwritable', 'The group could not be saved.', {
        reason: `The file ${this.#store.path} cannot be written.`,
        advice: 'Check the disk and the permissions of the folder.',
        action: 'retry',
        cause,
      });
    }
    this.#groups = groups;
  }
}
