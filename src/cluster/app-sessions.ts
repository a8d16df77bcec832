import { randomBytes } from 'node:crypto';

export interface AppSession {
  readonly id: string;
  readonly userName: string;
  readonly publicAddress: string;
  readonly expires: Date;
}

/** Sessions with apps: a certificate names one, and the proxy lets it in for its owner alone (tunnels.md 5.2, 5.3). */
export class AppSessions {
  readonly #sessions = new Map<string, AppSession & { readonly knownFrom: number }>();
  readonly #now: () => Date;
  readonly #delayMs: number;

  /** `delayMs`: how long the proxy does not know a new session yet, as on old servers. */
  constructor(now: () => Date, delayMs: number) {
    this.#now = now;
    this.#delayMs = delayMs;
  }

  create(userName: string, publicAddress: string, expires: Date): AppSession {
    this.#dropExpired();
    const session = { id: randomBytes(32).toString('hex'), userName, publicAddress, expires };
    this.#sessions.set(session.id, { ...session, knownFrom: this.#now().getTime() + this.#delayMs });
    return session;
  }

  /** The session as the proxy sees it now; undefined when it ended, is not known yet, or is another user's. */
  find(id: string, userName: string): AppSession | undefined {
    const session = this.#sessions.get(id);
    const now = this.#now();
    if (!session || session.userName !== userName) return undefined;
    return session.knownFrom <= now.getTime() && session.expires > now ? session : undefined;
  }

  #dropExpired(): void {
    const now = this.#now();
    for (const [id, session] of this.#sessions) if (session.expires <= now) this.#sessions.delete(id);
  }
}
