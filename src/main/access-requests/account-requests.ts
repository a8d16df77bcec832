import type { Permission, RequestInfo } from '../../shared/contract/access-requests.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { type AccountUri, formatRequestUri, parseAccountUri, type RequestUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asName } from '../log/log-value.ts';
import { currentRoles } from '../protocol/client/current-roles.ts';
import { RequestApi } from '../protocol/client/request-api.ts';
import { watchRequests } from '../protocol/client/request-watch.ts';
import type { AccessRequest } from '../protocol/codec/access-request.ts';
import { activeRequestsOf } from '../protocol/codec/identity.ts';
import { majorOf } from '../protocol/codec/server-version.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { RequestAccess } from './access.ts';
import { mayDeleteRequests } from './delete-rights.ts';
import { readLive } from './request-lists.ts';
import type { NoticeBoard } from './notice-board.ts';
import { holdMs, RequestBook } from './request-book.ts';
import { RequestFollower } from './request-follower.ts';
import { toRequestInfo, unreadRequest, type Viewer } from './request-info.ts';
import { RequestPublisher } from './request-publisher.ts';
import { mayReview, mayReviewAnything, type ReviewRights, reviewRightsOf } from './review-rights.ts';

/** How often it is looked whether the roles have changed meanwhile; streams do not tell. */
const rightsMs = 60_000;

export interface AccountRequestsOptions {
  readonly accountUri: AccountUri;
  readonly hub: StateHub;
  readonly access: RequestAccess;
  readonly board: NoticeBoard;
  readonly log: Logger;
  readonly now: () => Date;
  /** An assumed request is gone on the server: every renewal fails until it is dropped. */
  readonly onAssumedGone: (id: string) => void;
}

/** The requests of one account: read, followed, and published. */
export class AccountRequests implements Disposable {
  readonly #options: AccountRequestsOptions;
  readonly #book: RequestBook;
  #follower: RequestFollower;
  readonly #publisher: RequestPublisher;
  #rights: ReviewRights | undefined;
  #mayDelete: Permission = { answer: 'unknown', reason: 'Your roles could not be read.' };
  #lagMs = 0;
  readonly #rightsTimer: NodeJS.Timeout;
  /** Requests of which the server has refused this person's review: their roles, or the edition, do not allow it. */
  readonly #refused = new Set<string>();
  #relistTimer: NodeJS.Timeout | undefined;
  readonly #ended = new AbortController();

  constructor(options: AccountRequestsOptions) {
    this.#options = options;
    this.#book = new RequestBook(
      (request) => request.requester === this.userName || this.#mayWait(request),
      () => options.now().getTime(),
    );
    this.#publisher = new RequestPublisher({
      ...options,
      book: this.#book,
      viewer: () => this.viewer(),
      now: () => this.serverNow,
    });
    this.#follower = this.#follow();
    this.#rightsTimer = setInterval(() => void this.refreshRights(), rightsMs);
    this.#rightsTimer.unref();
  }

  /** Follows with the account's new certificate; what is shown stays. */
  restart(): void {
    this.#follower.dispose();
    this.#refused.clear();
    this.#follower = this.#follow();
    this.#publisher.publish();
  }

  #follow(): RequestFollower {
    const { accountUri, access, hub, now } = this.#options;
    return new RequestFollower({
      watch: (all, signal) => this.#watch(all, signal),
      relist: (signal) => this.#relist(signal),
      onEvent: (event) => {
        if (event.kind === 'put') this.#book.put(event.request);
        else this.#book.remove(event.id);
        this.#publisher.publishSoon();
        if (event.kind === 'delete') this.#checkAssumed((id) => id === event.id);
        else if (event.request.state !== 'approved') this.#checkAssumed((id) => id === event.request.id);
      },
      onFollowing: (value) => {
        if (!this.#ended.signal.aborted) hub.put({ slice: 'followings', key: accountUri, value });
      },
      onFailure: (error) => access.noteFailure(accountUri, error),
      isReviewer: () => this.#isReviewer,
      now,
    });
  }

  get userName(): string {
    return parseAccountUri(this.#options.accountUri)?.userName ?? '';
  }

  get serverNow(): Date {
    return new Date(this.#options.now().getTime() + this.#lagMs);
  }

  get #isReviewer(): boolean {
    return !this.#rights || mayReviewAnything(this.#rights);
  }

  get rights(): ReviewRights | undefined {
    return this.#rights;
  }

  /** Takes the answer of a change that this app made. */
  answered(id: string, request: AccessRequest | undefined): RequestInfo | undefined {
    this.#book.answer(id, request);
    if (request) this.#noteOwnAct(request);
    this.#publisher.publish();
    return request && this.info(request);
  }

  /** A request that was read anew. */
  learned(request: AccessRequest): RequestInfo {
    this.#book.put(request);
    this.#publisher.publish();
    return this.info(this.#book.get(request.id) ?? request);
  }

  /** The server does not take this person's review: what waits for them is looked at anew. */
  reviewRefused(id: string): void {
    this.#refused.add(id);
    this.#publisher.publish();
    void this.refreshRights();
  }

  /** Reads the roles again; where they have changed, the lists too. */
  async refreshRights(): Promise<void> {
    const { signal } = this.#ended;
    const before = JSON.stringify([this.#rights, this.#mayDelete]);
    try {
      await this.#readRoles(signal);
      if (before === JSON.stringify([this.#rights, this.#mayDelete])) return;
      await this.#relist(signal);
    } catch (error) {
      // The follower tells of connections and sessions that are gone.
      if (!signal.aborted) this.#options.log.error('rights-not-read', error);
    }
  }

  gone(id: string): void {
    this.#book.remove(id);
    this.#publisher.publish();
  }

  known(id: string): AccessRequest | undefined {
    return this.#book.get(id);
  }

  info(request: AccessRequest): RequestInfo {
    return toRequestInfo(request, this.viewer());
  }

  viewer(): Viewer {
    const { accountUri, access } = this.#options;
    const identity = access.identity(accountUri);
    return {
      accountUri,
      userName: this.userName,
      clusterName: identity.clusterName,
      major: majorOf(identity.serverVersion),
      rights: this.#rights,
      mayDelete: this.#mayDelete,
      assumed: new Set(activeRequestsOf(identity)),
      refused: this.#refused,
      now: this.serverNow,
    };
  }

  dispose(): void {
    this.#ended.abort();
    clearInterval(this.#rightsTimer);
    clearTimeout(this.#relistTimer);
    this.#follower.dispose();
    this.#publisher.dispose();
    const { hub, accountUri } = this.#options;
    hub.put({ slice: 'followings', key: accountUri, value: null });
  }

  /** Of a request that was never read. */
  placeholder(id: string): RequestInfo {
    return this.info(unreadRequest(id, this.userName));
  }

  uriOf(id: string): RequestUri {
    const account = parseAccountUri(this.#options.accountUri);
    return formatRequestUri({ address: account?.address ?? '', userName: account?.userName ?? '', id });
  }

  async *#watch(all: boolean, signal: AbortSignal) {
    const { access, accountUri } = this.#options;
    this.#lagMs = await access.clockLag(accountUri, signal).catch(() => this.#lagMs);
    await this.#readRoles(signal);
    const transport = await access.withAuth(accountUri, async (api) => api.transport, signal);
    yield* watchRequests(transport, { userName: this.userName, all }, signal);
  }

  async #readRoles(signal: AbortSignal): Promise<void> {
    const { access, accountUri, hub, log } = this.#options;
    try {
      const roles = await access.withAuth(accountUri, (api) => currentRoles(api.transport, signal), signal);
      const assumed = hub.state.accounts[accountUri]?.assumed.flatMap((one) => one.roles) ?? [];
      this.#rights = reviewRightsOf(roles, new Set(assumed));
      this.#mayDelete = mayDeleteRequests(roles);
    } catch (error) {
      if (signal.aborted) throw error;
      if (isAppError(error, 'connection-lost', 'session-expired', 'signed-out', 'cancelled', 'timed-out'))
        throw error;
      log.error('roles-not-read', error, { account: asName(accountUri) });
    }
  }

  /** Resolves with whether anything differed. */
  async #relist(signal: AbortSignal): Promise<boolean> {
    const { access, accountUri } = this.#options;
    const before = this.#publisher.changes;
    const { serverVersion } = access.identity(accountUri);
    const found = await access.withAuth(
      accountUri,
      (api) =>
        readLive(
          new RequestApi(api.transport, majorOf(serverVersion)),
          this.userName,
          this.#isReviewer,
          signal,
        ),
      signal,
    );
    if (this.#ended.signal.aborted) return false;
    if (this.#book.replace([...found.values()])) this.#relistLater();
    this.#publisher.publish();
    this.#checkAssumed((id) => found.get(id)?.state !== 'approved');
    return before !== this.#publisher.changes;
  }

  #relistLater(): void {
    clearTimeout(this.#relistTimer);
    const again = () => {
      if (this.#ended.signal.aborted) return;
      this.#relist(this.#ended.signal).catch((error: unknown) =>
        this.#options.access.noteFailure(this.#options.accountUri, error),
      );
    };
    this.#relistTimer = setTimeout(again, holdMs + 100);
    this.#relistTimer.unref();
  }

  /** Lists lag and are cut: only an answer about the very request counts. */
  #checkAssumed(isSuspicious: (id: string) => boolean): void {
    const { access, accountUri } = this.#options;
    let active: readonly string[];
    try {
      active = activeRequestsOf(access.identity(accountUri)).filter(isSuspicious);
    } catch {
      return;
    }
    for (const id of active) {
      void access
        .withAuth(accountUri, (api) => new RequestApi(api.transport, this.viewer().major).get(id))
        .then((request) => {
          if (request?.state !== 'approved' && !this.#ended.signal.aborted) this.#options.onAssumedGone(id);
        })
        .catch((error: unknown) => access.noteFailure(accountUri, error));
    }
  }

  #mayWait(request: AccessRequest): boolean {
    return mayReview(request, this.userName, this.#rights).answer !== 'no' && !this.#refused.has(request.id);
  }

  #noteOwnAct(request: AccessRequest): void {
    // Somebody who decides, or asks, knows it.
    if (request.state === 'approved' || request.state === 'denied')
      this.#options.board.remember(request.state, this.uriOf(request.id));
  }
}
