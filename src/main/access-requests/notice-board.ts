import { randomUUID } from 'node:crypto';
import type { RequestInfo, RequestNotice } from '../../shared/contract/access-requests.ts';
import type { NoticeId } from '../../shared/contract/ids.ts';
import type { RequestUri } from '../../shared/uri/uri.ts';
import type { StateHub } from '../state/state-hub.ts';
import { summaryOf } from './request-info.ts';
import type { RequestStore } from './request-store.ts';

const maxNotices = 200;
const maxTold = 5_000;
const savePauseMs = 100;

export type NoticeKind = RequestNotice['kind'];
export interface NoticeBoardOptions {
  readonly hub: StateHub;
  readonly store: RequestStore;
  readonly now: () => Date;
  /** Tells the operating system: of one account and kind, more than one where they came together. */
  readonly notify: (notices: readonly RequestNotice[]) => void;
}

/** What happened without this person's doing. Everything is told once, over restarts too. */
export class NoticeBoard {
  readonly #options: NoticeBoardOptions;
  readonly #told: Set<string>;
  #held: RequestNotice[] | undefined;
  #pause: NodeJS.Timeout | undefined;
  #isUnsaved = false;

  constructor(options: NoticeBoardOptions) {
    this.#options = options;
    const { notices, told } = options.store.stored;
    this.#told = new Set(told);
    options.hub.put(
      ...notices.map((value) => ({ slice: 'notices' as const, key: value.id as NoticeId, value })),
    );
  }

  /** Remembers a state so that a change of it can be told, in this run or a later one. */
  remember(what: string, uri: RequestUri): void {
    this.#add(`${what} ${uri}`);
  }

  knows(what: string, uri: RequestUri): boolean {
    return this.#told.has(`${what} ${uri}`);
  }

  tell(kind: NoticeKind, request: RequestInfo, person: string): void {
    if (!this.#add(`${kind} ${request.uri}`)) return;
    const notice: RequestNotice = {
      id: randomUUID(),
      kind,
      accountUri: request.accountUri,
      requestUri: request.uri,
      person,
      summary: summaryOf(request),
      at: this.#options.now().toISOString(),
      isRead: false,
    };
    const all = this.#all;
    const dropped = all.slice(0, Math.max(0, all.length + 1 - maxNotices)).map((old) => old.id);
    this.#remove(dropped);
    this.#options.hub.put({ slice: 'notices', key: notice.id, value: notice });
    this.#save();
    if (this.#held) this.#held.push(notice);
    else this.#options.notify([notice]);
  }

  /** What `work` tells is in the inbox one by one; the operating system has it as one notice of a kind. */
  together(work: () => void): void {
    const held: RequestNotice[] = [];
    this.#held = held;
    try {
      work();
    } finally {
      this.#held = undefined;
      const groups = Map.groupBy(held, ({ kind, accountUri }) => `${kind} ${accountUri}`);
      for (const notices of groups.values()) this.#options.notify(notices);
    }
  }

  /** Takes back what is not so any more, such as a review that is not waited for. */
  retract(kind: NoticeKind, uri: RequestUri): void {
    const stale = this.#all.filter((notice) => notice.kind === kind && notice.requestUri === uri);
    if (stale.length > 0) this.dismiss(stale.map((notice) => notice.id));
  }

  markRead(ids: readonly NoticeId[] | undefined): void {
    const changed = this.#chosen(ids).filter((notice) => !notice.isRead);
    if (changed.length === 0) return;
    this.#options.hub.put(
      ...changed.map((notice) => ({
        slice: 'notices' as const,
        key: notice.id,
        value: { ...notice, isRead: true },
      })),
    );
    this.#save();
  }

  dismiss(ids: readonly NoticeId[] | undefined): void {
    this.#remove(this.#chosen(ids).map((notice) => notice.id));
    this.#save();
  }

  get #all(): RequestNotice[] {
    return Object.values(this.#options.hub.state.notices);
  }

  #chosen(ids: readonly NoticeId[] | undefined): RequestNotice[] {
    return ids ? this.#all.filter((notice) => ids.includes(notice.id)) : this.#all;
  }

  #remove(ids: readonly NoticeId[]): void {
    this.#options.hub.put(...ids.map((key) => ({ slice: 'notices' as const, key, value: null })));
  }

  #add(entry: string): boolean {
    if (this.#told.has(entry)) return false;
    this.#told.add(entry);
    for (const oldest of this.#told) {
      if (this.#told.size <= maxTold) break;
      this.#told.delete(oldest);
    }
    this.#save();
    return true;
  }

  /** At once after a quiet time; in a burst, for all that came meanwhile. */
  #save(): void {
    if (this.#pause) {
      this.#isUnsaved = true;
      return;
    }
    this.#write();
    this.#pause = setTimeout(() => this.flush(), savePauseMs);
    this.#pause.unref();
  }

  /** Writes what waits to be written. */
  flush(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (!this.#isUnsaved) return;
    this.#isUnsaved = false;
    this.#write();
  }

  #write(): void {
    const { hub, store } = this.#options;
    const isKept = (notice: RequestNotice) =>
      !hub.state.clusters[hub.state.accounts[notice.accountUri]?.clusterUri ?? ('' as never)]?.isDemo;
    store.update({ notices: this.#all.filter(isKept), told: [...this.#told] });
  }
}
