import { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri, ClusterUri } from '../../shared/uri/uri.ts';
import type { AccountService } from '../clusters/account-service.ts';
import { signInWithPassword } from '../protocol/client/login.ts';
import type { DemoCluster } from './app.ts';

/** Signs the demo user in with credentials that the page never sees. */
export class DemoSignIn {
  readonly #demo: DemoCluster | undefined;
  readonly #clusterUri: ClusterUri | undefined;
  readonly #accounts: AccountService;

  constructor(demo: DemoCluster | undefined, clusterUri: ClusterUri | undefined, accounts: AccountService) {
    this.#demo = demo;
    this.#clusterUri = clusterUri;
    this.#accounts = accounts;
  }

  /** Absent `name` = the first of its users. */
  async signIn(name?: string, signal?: AbortSignal): Promise<AccountUri> {
    if (!this.#demo || !this.#clusterUri) {
      throw new AppError('not-found', 'This start has no demo cluster.', {
        advice: 'Start Porthole without --no-cluster.',
      });
    }
    const userName = name ?? this.#demo.userName;
    const users = this.#demo.users ?? [{ userName: this.#demo.userName }];
    if (!users.some((user) => user.userName === userName))
      throw new AppError('not-found', 'The demo cluster has no such user.');
    const credentials = await this.#demo.credentials(userName);
    return this.#accounts.signIn(
      this.#clusterUri,
      (web, ping, during) => signInWithPassword(web, ping, { userName, ...credentials }, during),
      signal,
    );
  }
}
