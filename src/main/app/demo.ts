import { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri, ClusterUri } from '../../shared/uri/uri.ts';
import type { AccountService } from '../clusters/account-service.ts';
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

  async signIn(signal?: AbortSignal): Promise<AccountUri> {
    if (!this.#demo || !this.#clusterUri) {
      throw new AppError('not-found', 'This start has no demo cluster.', {
        advice: 'Start Porthole without --no-cluster.',
      });
    }
    const credentials = await this.#demo.credentials();
    return this.#accounts.signIn(this.#clusterUri, { userName: this.#demo.userName, ...credentials }, signal);
  }
}
