import type {
  AssumePreview,
  RequestCapabilities,
  RequestDraft,
  RequestDryRun,
  RequestInfo,
  RequestPage,
  RequestQuery,
} from '../../shared/contract/access-requests.ts';
import type { CartItem } from '../../shared/contract/request-cart.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, parseRequestUri, type RequestUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import { type Review, RequestApi } from '../protocol/client/request-api.ts';
import { activeRequestsOf } from '../protocol/codec/identity.ts';
import { majorOf } from '../protocol/codec/server-version.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { RequestAccess } from './access.ts';
import { AccountRequests } from './account-requests.ts';
import { approvalsOf } from './approvals.ts';
import { Assumptions } from './assumptions.ts';
import { readCapabilities } from './capabilities.ts';
import type { Carts } from './carts.ts';
import { draftProblems, maxReasonBytes, refusedDraft, toNewRequest } from './drafts.ts';
import { listRequests, noSuchRequest } from './request-lists.ts';
import type { NoticeBoard } from './notice-board.ts';
import { withResourcesNow } from './resources-now.ts';

export interface RequestServiceOptions {
  readonly hub: StateHub;
  readonly access: RequestAccess;
  readonly board: NoticeBoard;
  readonly carts: Carts;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Asks, follows, reviews, assumes and drops: the requests of all signed-in accounts. */
export class RequestService {
  readonly #options: RequestServiceOptions;
  readonly #accounts = new Map<AccountUri, AccountRequests>();
  readonly #assumptions: Assumptions;

  constructor(options: RequestServiceOptions) {
    this.#options = options;
    this.#assumptions = new Assumptions({
      ...options,
      requestsOf: (uri) => this.#of(uri),
    });
  }

  /** Begins to follow an account, anew when its certificate has changed. */
  follow(accountUri: AccountUri): void {
    const known = this.#accounts.get(accountUri);
    if (known) {
      known.restart();
      return;
    }
    this.#accounts.set(
      accountUri,
      new AccountRequests({
        ...this.#options,
        accountUri,
        onAssumedGone: (id) => this.#assumptions.lost(accountUri, id),
      }),
    );
  }

  unfollow(accountUri: AccountUri): void {
    this.#accounts.get(accountUri)?.dispose();
    this.#accounts.delete(accountUri);
  }

  dispose(): void {
    for (const account of this.#accounts.values()) account.dispose();
    this.#accounts.clear();
  }

  capabilities(accountUri: AccountUri, signal?: AbortSignal): Promise<RequestCapabilities> {
    const account = this.#of(accountUri);
    return this.#withApi(
      accountUri,
      (api) => readCapabilities(api, this.#majorOf(accountUri), account.rights, signal),
      signal,
    );
  }

  async dryRun(draft: RequestDraft, signal?: AbortSignal): Promise<RequestDryRun> {
    const problems = draftProblems(draft, this.#of(draft.accountUri).serverNow).map(toErrorInfo);
    const none: RequestDryRun = {
      problems,
      roles: [],
      reviewers: [],
      approvalsNeeded: 0,
      reasonRequired: false,
      reasonPrompts: [],
    };
    if (problems.length > 0 && draft.roles.length + draft.resources.length === 0) return none;
    try {
      const would = await this.#withApi(
        draft.accountUri,
        // The server's limits are asked for without the reason, so that they show while it is still being written.
        (api) => api.dryRun({ ...this.#toNewRequest(draft), reason: cutReason(draft.reason) }, signal),
        signal,
      );
      if (!would) return none;
      const time = (key: string, date: Date | undefined) => (date ? { [key]: date.toISOString() } : {});
      const reasonRequired = would.reasonMode === 'required';
      if (reasonRequired && draft.reason.trim() === '')
        problems.push(
          toErrorInfo(
            new AppError('request-refused', 'A reason is missing.', {
              advice: would.reasonPrompts[0] || 'Write why you need the access.',
              action: 'edit-input',
            }),
          ),
        );
      return {
        problems,
        roles: [...would.roles],
        ...time('longestAccessUntil', would.maxUntil ?? would.accessUntil),
        ...time('sessionUntil', would.sessionUntil),
        ...time('pendingUntil', would.vanishesAt),
        reviewers: [...would.suggestedReviewers],
        approvalsNeeded: approvalsOf(would).needed,
        reasonRequired,
        reasonPrompts: would.reasonPrompts.slice(0, 100),
      };
    } catch (error) {
      if (!isAppError(error, 'query-invalid', 'access-denied', 'not-found')) throw error;
      return { ...none, problems: [...problems, toErrorInfo(refusedDraft(error))] };
    }
  }

  async create(draft: RequestDraft, signal?: AbortSignal): Promise<RequestInfo> {
    const account = this.#of(draft.accountUri);
    const [problem] = draftProblems(draft, account.serverNow);
    if (problem) throw problem;
    const request = await this.#withApi(
      draft.accountUri,
      (api) => api.create(this.#toNewRequest(draft), signal),
      signal,
    ).catch((error: unknown) => {
      throw isAppError(error) ? refusedDraft(error) : error;
    });
    this.#options.carts.take(draft.accountUri, draft.roles, draft.resources);
    const info = account.answered(request.id, request);
    this.#options.log.info('request-created', { request: asWord(request.id) });
    return info ?? account.info(request);
  }

  async get(uri: RequestUri, signal?: AbortSignal): Promise<RequestInfo> {
    const { accountUri, id, account } = this.#find(uri);
    const request = await this.#withApi(accountUri, (api) => api.get(id, signal), signal);
    if (!request) {
      account.gone(id);
      throw noSuchRequest();
    }
    return withResourcesNow(account.learned(request), this.#options.access, signal);
  }

  list(query: RequestQuery, signal?: AbortSignal): Promise<RequestPage> {
    const account = this.#of(query.accountUri);
    return this.#withApi(
      query.accountUri,
      (api) => listRequests(api, query, account.userName, (request) => account.info(request), signal),
      signal,
    );
  }

  async review(
    uri: RequestUri,
    review: { decision: 'approve' | 'deny'; reason: string; assumeFrom?: string | undefined },
    signal?: AbortSignal,
  ): Promise<RequestInfo> {
    const { accountUri, id, account } = this.#find(uri);
    if (Buffer.byteLength(review.reason) > maxReasonBytes)
      throw new AppError('invalid-input', 'The reason is too long.', {
        advice: `Shorten it to ${maxReasonBytes.toLocaleString('en')} bytes.`,
        action: 'edit-input',
      });
    const wire: Review = {
      author: account.userName,
      decision: review.decision,
      reason: review.reason.toWellFormed(),
      assumeFrom: review.assumeFrom === undefined ? undefined : new Date(review.assumeFrom),
    };
    const verb = review.decision === 'approve' ? 'Approve' : 'Deny';
    const requester = account.known(id)?.requester;
    const what = requester ? `${verb} the request of ${requester}` : `${verb} a request`;
    try {
      const answer = await this.#options.access.withSecondFactor(
        accountUri,
        what,
        (header) => this.#withApi(accountUri, (api) => api.review(id, wire, header, signal), signal),
        signal,
      );
      return account.answered(id, answer) ?? account.info(answer);
    } catch (error) {
      if (isAppError(error, 'conflict')) await this.get(uri, signal).catch(() => undefined);
      if (isAppError(error, 'request-refused')) account.reviewRefused(id);
      throw error;
    }
  }

  async delete(uri: RequestUri, signal?: AbortSignal): Promise<void> {
    const { accountUri, id, account } = this.#find(uri);
    await this.#options.access.withSecondFactor(
      accountUri,
      'Delete a request',
      (header) => this.#withApi(accountUri, (api) => api.delete(id, header, signal), signal),
      signal,
    );
    this.#options.board.remember('assumed-deleted', uri);
    account.answered(id, undefined);
    if (activeRequestsOf(this.#options.access.identity(accountUri)).includes(id))
      this.#assumptions.lost(accountUri, id);
  }

  previewAssume(uris: readonly RequestUri[], signal?: AbortSignal): Promise<AssumePreview> {
    return this.#assumptions.preview(uris, signal);
  }

  assume(uris: readonly RequestUri[], signal?: AbortSignal): Promise<Date> {
    return this.#assumptions.assume(uris, signal);
  }

  drop(accountUri: AccountUri, uris: readonly RequestUri[] | undefined, signal?: AbortSignal): Promise<Date> {
    return this.#assumptions.drop(accountUri, uris, signal);
  }

  /** Called with every failure of an account's calls: a renewal names the assumed request that is gone. */
  noteFailure(accountUri: AccountUri, error: unknown): void {
    const gone = isAppError(error) && /access request "([^"]{1,100})" not found/i.exec(error.detail ?? '');
    if (gone && this.#accounts.has(accountUri)) this.#assumptions.lost(accountUri, gone[1] ?? '');
  }

  putCart(accountUri: AccountUri, items: readonly CartItem[]): void {
    this.#options.access.identity(accountUri);
    this.#options.carts.put(accountUri, items);
  }

  #withApi<T>(uri: AccountUri, work: (api: RequestApi) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const major = this.#majorOf(uri);
    return this.#options.access.withAuth(uri, (api) => work(new RequestApi(api.transport, major)), signal);
  }

  #toNewRequest(draft: RequestDraft) {
    const identity = this.#options.access.identity(draft.accountUri);
    return toNewRequest(draft, identity.userName, identity.clusterName);
  }

  #majorOf(uri: AccountUri): number {
    return majorOf(this.#options.access.identity(uri).serverVersion);
  }

  #find(uri: RequestUri) {
    const accountUri = accountOf(uri);
    return { accountUri, id: parseRequestUri(uri)?.id ?? '', account: this.#of(accountUri) };
  }

  /** Throws `session-expired` or `signed-out`. */
  #of(uri: AccountUri): AccountRequests {
    this.#options.access.identity(uri);
    const known = this.#accounts.get(uri);
    if (known) return known;
    throw new AppError('signed-out', 'This user is signed out.', { advice: 'Sign in.', action: 'sign-in' });
  }
}

function cutReason(reason: string): string {
  return Buffer.byteLength(reason) > maxReasonBytes ? reason.slice(0, maxReasonBytes / 4) : reason;
}
