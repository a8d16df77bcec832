import { type Disposable, toDisposable } from '../../shared/lifecycle/disposable.ts';
import { denied, unknownMethod } from '../refusal.ts';
import { type Assumed, assumeRequests, type Holder } from './assume.ts';
import { type Capabilities, type CapabilitiesQuery, capabilitiesOf } from './capabilities.ts';
import { createRequest } from './create.ts';
import type { Directory, Requester } from './directory.ts';
import type { AccessRequest, Draft } from './model.ts';
import type { RequestStore } from './request-store.ts';
import { type ReviewDraft, reviewRequest } from './review.ts';
import { changeState, checkDelete, type StateChange } from './transitions.ts';
import type { RequestVersionRules } from './version-rules.ts';
import { type Filter, visibleRequests } from './visibility.ts';

const sweepMs = 1_000;

export interface AccessRequestsOptions {
  readonly directory: Directory;
  readonly rules: RequestVersionRules;
  readonly store: RequestStore;
  readonly now: () => Date;
  /** The community edition knows no reviews and assumes no requests for resources. */
  readonly edition: 'community' | 'enterprise';
}

/** The access requests of a cluster: the rules of auth-api.md 11 over what is stored. */
export class AccessRequests {
  readonly rules: RequestVersionRules;
  readonly directory: Directory;
  readonly #options: AccessRequestsOptions;

  constructor(options: AccessRequestsOptions) {
    this.#options = options;
    this.rules = options.rules;
    this.directory = options.directory;
  }

  get onChange() {
    return this.#options.store.onChange;
  }

  /** Lets requests vanish at their end although nobody asks for them. */
  sweepRegularly(): Disposable {
    const timer = setInterval(() => this.sweep(), sweepMs);
    timer.unref();
    return toDisposable(() => clearInterval(timer));
  }

  sweep(): void {
    this.#options.store.sweep(this.#nowMs());
  }

  create(caller: Requester, draft: Draft): AccessRequest {
    const request = createRequest(this.#context(), caller, draft);
    if (!draft.dryRun) this.#options.store.put(request);
    return request;
  }

  find(id: string): AccessRequest | undefined {
    this.sweep();
    return this.#options.store.get(id);
  }

  list(caller: Requester, filter: Filter): AccessRequest[] {
    this.sweep();
    return visibleRequests(this.directory, caller, this.#options.store.all(), filter);
  }

  review(reviewer: string, id: string, draft: ReviewDraft): AccessRequest {
    if (this.#options.edition === 'community') throw denied(`user "${reviewer}" cannot submit reviews`);
    const found = { id, request: this.find(id) };
    const reviewed = reviewRequest(this.#context(), reviewer, found, draft);
    this.#options.store.put(reviewed);
    return reviewed;
  }

  changeState(caller: Requester, id: string, change: StateChange): void {
    const request = this.find(id);
    const changed = changeState(caller, { id, request }, change);
    if (changed !== request) this.#options.store.put(changed);
  }

  delete(caller: Requester, id: string): void {
    checkDelete(caller, { id, request: this.find(id) });
    this.#options.store.delete(id);
  }

  capabilities(caller: Requester, query: CapabilitiesQuery): Capabilities {
    return capabilitiesOf(this.directory, this.rules, caller, query);
  }

  assume(
    holder: Holder,
    wanted: { readonly assume: readonly string[]; readonly drop: readonly string[] },
  ): Assumed {
    const context = {
      directory: this.directory,
      find: (id: string) => this.find(id),
      nowMs: this.#nowMs(),
      resourcesCanBeAssumed: this.#options.edition === 'enterprise',
    };
    return assumeRequests(context, holder, wanted);
  }

  /** Refuses a method that the imitated version does not have. */
  require(has: boolean, method: string): void {
    if (!has) throw unknownMethod(method);
  }

  #nowMs(): number {
    return this.#options.now().getTime();
  }

  #context() {
    return { directory: this.directory, rules: this.rules, nowMs: this.#nowMs() };
  }
}
