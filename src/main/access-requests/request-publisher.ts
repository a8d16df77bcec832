import type { RequestInfo } from '../../shared/contract/access-requests.ts';
import type { StateChange } from '../../shared/contract/state.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { atWallTime } from '../host/wall-timer.ts';
import type { AccessRequest } from '../protocol/codec/access-request.ts';
import type { StateHub } from '../state/state-hub.ts';
import { describeAssumed } from './assumed-requests.ts';
import type { NoticeBoard } from './notice-board.ts';
import type { RequestBook } from './request-book.ts';
import { toRequestInfo, type Viewer } from './request-info.ts';
import { endingSoonMs, tellOf } from './request-news.ts';

export interface RequestPublisherOptions {
  readonly accountUri: AccountUri;
  readonly hub: StateHub;
  readonly board: NoticeBoard;
  readonly book: Pick<RequestBook, 'all' | 'get' | 'takeChanged'>;
  /** Throws while the account is expired or signed out. */
  readonly viewer: () => Viewer;
  /** The server's clock. */
  readonly now: () => Date;
}

/** Keeps what pages have of one account's requests as it is known here, and tells what is new. */
export class RequestPublisher implements Disposable {
  readonly #options: RequestPublisherOptions;
  readonly #shown = new Map<string, RequestInfo>();
  #changes = 0;
  /** How requests were looked at last; another look may change each of them. */
  #look: { readonly viewer: string; readonly at: Date } | undefined;
  #next: { readonly at: number; readonly timer: Disposable } | undefined;
  #isSoon = false;
  #isEnded = false;

  constructor(options: RequestPublisherOptions) {
    this.#options = options;
  }

  /** Grows with everything that pages were sent. */
  get changes(): number {
    return this.#changes;
  }

  /** Events come in bursts: those of one turn are shown together. */
  publishSoon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    setImmediate(() => {
      this.#isSoon = false;
      this.publish();
    });
  }

  /** Sends what differs from what pages have, tells what is new, and waits for the next thing that time alone changes. */
  publish(): void {
    if (this.#isEnded) return;
    let viewer: Viewer;
    try {
      viewer = this.#options.viewer();
    } catch {
      // The account has expired or is signed out; its requests are shown as they were.
      return;
    }
    const { accountUri, book, board, hub } = this.#options;
    const isWhole = this.#isAnotherLook(viewer);
    const changed = book.takeChanged();
    const ids = isWhole ? [...this.#shown.keys(), ...book.all.map((request) => request.id)] : changed;
    const { infos, changes } = this.#rebuild(new Set(ids), viewer);
    this.#changes += changes.length;
    hub.put(...changes);
    board.together(() => {
      for (const info of infos) tellOf(info, board, viewer.now);
    });
    describeAssumed(hub, accountUri, (id) => this.#shown.get(id));
    this.#schedule(isWhole, infos, viewer.now);
  }

  dispose(): void {
    this.#isEnded = true;
    this.#next?.timer.dispose();
    this.#options.hub.put(
      ...[...this.#shown.values()].map((info) => ({
        slice: 'requests' as const,
        key: info.uri,
        value: null,
      })),
    );
  }

  /** Other rights, other assumed requests, a time that has come or a clock that was set: anything may differ. */
  #isAnotherLook(viewer: Viewer): boolean {
    const { now, assumed, refused, ...rest } = viewer;
    const last = this.#look;
    this.#look = { viewer: JSON.stringify([rest, [...assumed], [...refused]]), at: now };
    if (!last || last.viewer !== this.#look.viewer || now < last.at) return true;
    return this.#next !== undefined && now.getTime() >= this.#next.at;
  }

  #rebuild(ids: ReadonlySet<string>, viewer: Viewer): { infos: RequestInfo[]; changes: StateChange[] } {
    const { book, board } = this.#options;
    const infos: RequestInfo[] = [];
    const changes: StateChange[] = [];
    for (const id of ids) {
      const request = book.get(id);
      const old = this.#shown.get(id);
      if (request && !isOver(request, viewer.now)) {
        const info = toRequestInfo(request, viewer);
        infos.push(info);
        if (old && JSON.stringify(old) === JSON.stringify(info)) continue;
        this.#shown.set(id, info);
        changes.push({ slice: 'requests', key: info.uri, value: info });
      } else if (old) {
        this.#shown.delete(id);
        changes.push({ slice: 'requests', key: old.uri, value: null });
        board.retract('waits-for-review', old.uri);
      }
    }
    return { infos, changes };
  }

  /** Requests that were not rebuilt have told their times before. */
  #schedule(isWhole: boolean, infos: readonly RequestInfo[], now: Date): void {
    const { book } = this.#options;
    const waiting = isWhole ? undefined : this.#next?.at;
    const times = infos
      .flatMap(({ id }) => timesOf(book.get(id)))
      .filter((time) => time !== undefined && time > now.getTime());
    const at = Math.min(waiting ?? Number.POSITIVE_INFINITY, ...times.map(Number));
    if (at === waiting) return;
    this.#next?.timer.dispose();
    this.#next = Number.isFinite(at) ? { at, timer: this.#waitFor(at) } : undefined;
  }

  #waitFor(at: number): Disposable {
    return atWallTime(new Date(at), this.#options.now, () => {
      // The clock may have been set back since.
      this.#look = undefined;
      this.publish();
    });
  }
}

/** When time alone changes what is shown or told of a request. */
function timesOf(request: AccessRequest | undefined): (number | undefined)[] {
  const end = request?.accessUntil?.getTime();
  return [
    request?.assumeFrom?.getTime(),
    end,
    end === undefined ? undefined : end - endingSoonMs + 1,
    request?.state === 'pending' ? request.vanishesAt?.getTime() : undefined,
  ];
}

function isOver(request: AccessRequest, now: Date): boolean {
  return request.state === 'pending' && request.vanishesAt !== undefined && request.vanishesAt <= now;
}
