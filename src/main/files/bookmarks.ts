import { z } from 'zod';
import { RemotePath } from '../../shared/contract/files.ts';
import type { ResourceUri } from '../../shared/uri/uri.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';

const maxOfServer = 200;
const File = z.object({
  format: z.literal(1),
  servers: z.record(z.string(), z.array(RemotePath).max(maxOfServer)),
});

/** Folders that a person has marked, by server. A damaged file is kept beside the new one. */
export class Bookmarks {
  readonly #store: JsonStore;
  #servers: Readonly<Record<string, readonly string[]>>;

  constructor(store: JsonStore, log: Logger) {
    this.#store = store;
    this.#servers = readStore({
      store,
      log,
      name: 'bookmarks',
      parse: (raw) => File.parse(raw).servers,
      empty: {},
    });
  }

  of(server: ResourceUri): string[] {
    return [...(this.#servers[server] ?? [])];
  }

  set(server: ResourceUri, path: string, isSet: boolean): void {
    const others = this.of(server).filter((known) => known !== path);
    const next = isSet ? [...others, path].slice(-maxOfServer) : others;
    this.#servers = { ...this.#servers, [server]: next };
    this.#store.write({ format: 1, servers: { ...this.#servers } });
  }
}
