import { isAppError } from '../../shared/errors/app-error.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { AccountService } from '../clusters/account-service.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';

/** How domains reach the accounts: every failure is noted, whoever met it. */
export class AccountAccess {
  readonly #accounts: AccountService;
  readonly #failed = new Emitter<{ readonly uri: AccountUri; readonly error: unknown }>();

  constructor(accounts: AccountService) {
    this.#accounts = accounts;
  }

  /** A call of an account failed: its session may be over, or an assumed request may be gone. */
  get onFailure() {
    return this.#failed.event;
  }

  identity(uri: AccountUri) {
    return this.#accounts.identity(uri);
  }

  async withAuth<T>(uri: AccountUri, work: (api: AuthApi) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await this.#accounts.connections(uri).withAuth(work, signal);
    } catch (error) {
      this.noteFailure(uri, error);
      throw error;
    }
  }

  noteFailure(uri: AccountUri, error: unknown): void {
    if (isAppError(error, 'cancelled')) return;
    this.#accounts.noteFailure(uri, error);
    this.#failed.fire({ uri, error });
  }
}
