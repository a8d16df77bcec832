import type { Resource } from '../../shared/contract/resources.ts';
import type { AccountUri, ResourceKind } from '../../shared/uri/uri.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';

/** What access requests need of the other domains. */
export interface RequestAccess {
  /** Throws `session-expired` or `signed-out`. */
  identity(uri: AccountUri): AccountIdentity;
  withAuth<T>(uri: AccountUri, work: (api: AuthApi) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The account's certificate from now on carries exactly these requests; none = the plain one. */
  assume(uri: AccountUri, requestIds: readonly string[], signal?: AbortSignal): Promise<AccountIdentity>;
  /** End of the certificate that was signed in with, whatever is assumed. */
  plainEnd(uri: AccountUri): Date;
  /** How far this machine's clock is behind the cluster's, in milliseconds. */
  clockLag(uri: AccountUri, signal?: AbortSignal): Promise<number>;
  /** Resources of one kind as they are now, those that could be requested or may be looked at by a reviewer too. */
  find(
    uri: AccountUri,
    kind: ResourceKind,
    ids: readonly string[],
    signal?: AbortSignal,
  ): Promise<Resource[]>;
  /** Runs an administrative call; `header` is absent in the first try, and the answer of a second factor where one is asked for. */
  withSecondFactor<T>(
    uri: AccountUri,
    reason: string,
    call: (header: string | undefined) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  noteFailure(uri: AccountUri, error: unknown): void;
}
