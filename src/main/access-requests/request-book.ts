import type { AccessRequest } from '../protocol/codec/access-request.ts';

/** How long the answer of a change counts against lists that lag behind it (auth-api.md 10: about a second). */
export const holdMs = 5_000;
const maxRequests = 500;
const maxRemembered = 4 * maxRequests;

/** The live requests of one account. The answer of a change counts until lists and stream have caught up. */
export class RequestBook {
  readonly #requests = new Map<string, AccessRequest>();
  readonly #held = new Map<string, { readonly request: AccessRequest | undefined; readonly until: number }>();
  /** How far each request was when it was last seen, also of those that are not kept. */
  readonly #furthest = new Map<string, number>();
  #changed = new Set<string>();
  readonly #keeps: (request: AccessRequest) => boolean;
  readonly #now: () => number;

  /** `keeps`: whether a request belongs to what is shown live. */
  constructor(keeps: (request: AccessRequest) => boolean, now: () => number) {
    this.#keeps = keeps;
    this.#now = now;
  }

  get all(): readonly AccessRequest[] {
    return [...this.#requests.values()];
  }

  get(id: string): AccessRequest | undefined {
    return this.#requests.get(id);
  }

  /** Ids of the requests that came, changed or went since the last time. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** What a call of this app was answered; undefined for a deletion. */
  answer(id: string, request: AccessRequest | undefined): void {
    this.#held.set(id, { request, until: this.#now() + holdMs });
    this.#store(id, request);
  }

  /** What the stream or a call tells. A call may be answered late, with less than the stream has told meanwhile. */
  put(request: AccessRequest): void {
    if (this.#isOlderThanAnswer(request.id, request)) return;
    if (progress(request) < (this.#furthest.get(request.id) ?? 0)) return;
    // The server has caught up with what this app was answered.
    this.#held.delete(request.id);
    this.#store(request.id, request);
  }

  remove(id: string): void {
    this.#held.delete(id);
    this.#furthest.delete(id);
    this.#drop(id);
  }

  /** A whole list: what is not in it is gone. Tells whether an answer of this app stands against it, so that it should be read again. */
  replace(list: readonly AccessRequest[]): boolean {
    const listed = new Set(list.map((request) => request.id));
    let isBehind = false;
    for (const id of this.#requests.keys()) {
      if (listed.has(id)) continue;
      if (this.#answerOf(id)?.request) isBehind = true;
      else this.#drop(id);
    }
    for (const request of list) this.put(request);
    return isBehind;
  }

  #store(id: string, request: AccessRequest | undefined): void {
    if (request) this.#remember(request);
    if (!request || !this.#keeps(request)) {
      this.#drop(id);
      return;
    }
    this.#requests.set(id, request);
    this.#changed.add(id);
    if (this.#requests.size <= maxRequests) return;
    const oldest = [...this.#requests.values()].reduce((a, b) =>
      (a.created?.getTime() ?? 0) <= (b.created?.getTime() ?? 0) ? a : b,
    );
    this.#drop(oldest.id);
  }

  #drop(id: string): void {
    if (this.#requests.delete(id)) this.#changed.add(id);
  }

  #remember(request: AccessRequest): void {
    this.#furthest.delete(request.id);
    this.#furthest.set(request.id, progress(request));
    const [oldest] = this.#furthest.keys();
    if (this.#furthest.size > maxRemembered && oldest !== undefined) this.#furthest.delete(oldest);
  }

  #isOlderThanAnswer(id: string, request: AccessRequest): boolean {
    const answer = this.#answerOf(id);
    if (!answer) return false;
    return answer.request === undefined || progress(request) < progress(answer.request);
  }

  #answerOf(id: string): { readonly request: AccessRequest | undefined } | undefined {
    const held = this.#held.get(id);
    if (held && held.until > this.#now()) return held;
    this.#held.delete(id);
    return undefined;
  }
}

/** Requests only ever gain reviews and a decision. */
function progress(request: AccessRequest): number {
  return (request.state === 'pending' ? 0 : 10_000) + request.reviews.length;
}
