import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Traits } from './access-requests/conditions.ts';

export interface ClusterUser {
  readonly name: string;
  readonly password: string;
  readonly totpSecret: Uint8Array;
  readonly roles: readonly string[];
  readonly traits?: Traits;
  /** The first one-time device cannot be removed. */
  readonly keepsOneTimeCodes?: boolean;
}

/** A user with a random password and a random one-time secret. */
export function makeUser(name: string, roles: readonly string[]): ClusterUser {
  return { name, password: randomBytes(24).toString('base64url'), totpSecret: randomBytes(20), roles };
}

const maxFailures = 5;
const lockoutMs = 30 * 60_000;

interface Entry {
  readonly user: ClusterUser;
  readonly salt: Buffer;
  readonly hash: Buffer;
  failures: number;
  blockedUntil: number;
  /** Message of an administrator's lock. */
  lock: string | undefined;
}

export type SecondStep = 'ok' | 'wrong' | 'blocked' | 'missing-code' | { readonly locked: string };

/** The users' one-time devices. */
export interface OneTimeCodes {
  /** Undefined for a wrong or used code. */
  useCode(user: string, code: string): object | undefined;
  currentCode(user: string): string;
}

/** Local users: passwords, one-time codes and the block after wrong attempts (login.md 2.5). */
export class UserDirectory {
  readonly #entries = new Map<string, Entry>();
  readonly #codes: OneTimeCodes;
  readonly #now: () => Date;

  constructor(users: readonly ClusterUser[], codes: OneTimeCodes, now: () => Date) {
    this.#codes = codes;
    this.#now = now;
    for (const user of users) {
      const salt = randomBytes(16);
      this.#entries.set(user.name, {
        user,
        salt,
        hash: derive(user.password, salt),
        failures: 0,
        blockedUntil: 0,
        lock: undefined,
      });
    }
  }

  rolesOf(name: string): readonly string[] {
    return this.#entries.get(name)?.user.roles ?? [];
  }

  traitsOf(name: string): Traits {
    return this.#entries.get(name)?.user.traits ?? {};
  }

  lockOf(name: string): string | undefined {
    return this.#entries.get(name)?.lock;
  }

  setLock(name: string, message: string | undefined): void {
    const entry = this.#entries.get(name);
    if (entry) entry.lock = message;
  }

  /** A code that the user could type now and that was not used yet. */
  currentCode(name: string): string {
    return this.#entries.has(name) ? this.#codes.currentCode(name) : '';
  }

  /** Unknown users take the same time as wrong passwords. */
  checkPassword(name: string, password: string): boolean {
    const entry = this.#entries.get(name);
    const matches = timingSafeEqual(
      derive(password, entry?.salt ?? Buffer.alloc(16)),
      entry?.hash ?? Buffer.alloc(32),
    );
    if (!entry || this.#isBlocked(entry)) return false;
    if (!matches) this.#countFailure(entry);
    return matches;
  }

  checkLogin(name: string, password: string, code: string): SecondStep {
    const entry = this.#entries.get(name);
    if (!entry) return this.checkPassword(name, password) ? 'ok' : 'wrong';
    if (this.#isBlocked(entry)) return 'blocked';
    if (!this.checkPassword(name, password)) return 'wrong';
    if (code === '') return 'missing-code';
    if (!this.#codes.useCode(name, code)) {
      this.#countFailure(entry);
      return 'wrong';
    }
    return this.finishLogin(name);
  }

  /** What is left once password or key have been accepted: the lock of an administrator. */
  finishLogin(name: string): SecondStep {
    const entry = this.#entries.get(name);
    if (!entry) return 'wrong';
    entry.failures = 0;
    return entry.lock === undefined ? 'ok' : { locked: entry.lock };
  }

  /** Counts an answer of a security key that was wrong. */
  countFailure(name: string): void {
    const entry = this.#entries.get(name);
    if (entry) this.#countFailure(entry);
  }

  isBlocked(name: string): boolean {
    const entry = this.#entries.get(name);
    return entry !== undefined && this.#isBlocked(entry);
  }

  #isBlocked(entry: Entry): boolean {
    return entry.blockedUntil > this.#now().getTime();
  }

  #countFailure(entry: Entry): void {
    entry.failures += 1;
    if (entry.failures < maxFailures) return;
    entry.failures = 0;
    entry.blockedUntil = this.#now().getTime() + lockoutMs;
  }
}

function derive(password: string, salt: Uint8Array): Buffer {
  return scryptSync(password, salt, 32, { N: 4096 });
}
