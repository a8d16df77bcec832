import type { SignIn } from '../../shared/contract/clusters.ts';
import { unreachable } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { AccountService } from '../clusters/account-service.ts';
import { signInWithPasskey, signInWithPassword, signInWithSecurityKey } from '../protocol/client/login.ts';
import type { DemoSignIn } from './demo.ts';
import type { SecondFactors } from './second-factors.ts';

/** Every way to sign in. */
export class SignInService {
  readonly #accounts: AccountService;
  readonly #demo: DemoSignIn;
  readonly #sign: SecondFactors['sign'];

  constructor(options: { accounts: AccountService; demo: DemoSignIn; sign: SecondFactors['sign'] }) {
    this.#accounts = options.accounts;
    this.#demo = options.demo;
    this.#sign = options.sign;
  }

  signIn(input: SignIn, signal?: AbortSignal): Promise<AccountUri> {
    switch (input.kind) {
      case 'demo':
        return this.#demo.signIn(input.userName, signal);
      case 'password':
        return this.#accounts.signIn(
          input.clusterUri,
          (web, ping, during) => signInWithPassword(web, ping, input, during),
          signal,
        );
      case 'security-key':
        return this.#accounts.signIn(
          input.clusterUri,
          (web, ping, during) =>
            signInWithSecurityKey(web, ping, input, this.#sign(input.clusterUri), during),
          signal,
        );
      case 'passkey':
        return this.#accounts.signIn(
          input.clusterUri,
          (web, ping, during) => signInWithPasskey(web, ping, this.#sign(input.clusterUri), during),
          signal,
        );
      default:
        return unreachable(input);
    }
  }
}
