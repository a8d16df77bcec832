import { AppError } from '../../shared/errors/app-error.ts';
import { accountOf, type AccountUri, parseResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import { type FileAccess, ServerLink, type ServerPlace } from './server-link.ts';

/** The links to servers that panes, editors and transfers share. */
export class ServerLinks {
  readonly #access: FileAccess;
  readonly #links = new Map<string, ServerLink>();

  constructor(access: FileAccess) {
    this.#access = access;
  }

  /** One link for one server and login; `hold` and `release` it. */
  get(place: ServerPlace): ServerLink {
    const key = JSON.stringify([place.serverUri, place.login]);
    const link = this.#links.get(key) ?? new ServerLink(place, this.#access);
    this.#links.set(key, link);
    return link;
  }

  endAll(accountUri: AccountUri): void {
    for (const link of this.#links.values()) if (link.place.accountUri === accountUri) link.end();
  }

  dispose(): void {
    for (const link of this.#links.values()) link.end();
    this.#links.clear();
  }
}

/** Throws `unsupported` for anything but a server. */
export function placeOf(serverUri: ResourceUri, serverName: string, login: string): ServerPlace {
  const server = parseResourceUri(serverUri);
  if (server?.kind !== 'server') throw new AppError('unsupported', 'Only servers have files.');
  return { accountUri: accountOf(serverUri), serverUri, nodeId: server.id, serverName, login };
}
