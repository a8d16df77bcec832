import { z } from 'zod';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { ClusterStore, Collection } from '../store/cluster-store.ts';
import type { AccessRequest } from './model.ts';

export type RequestChange = { readonly kind: 'put' | 'delete'; readonly request: AccessRequest };

const Names = z.array(z.string());
const Traits = z.record(z.string(), Names);
const Time = z.number().int();
const State = z.enum(['pending', 'approved', 'denied', 'promoted']);
const Stored = z.object({
  id: z.string(),
  user: z.string(),
  roles: Names,
  state: State,
  createdMs: Time,
  accessExpiryMs: Time,
  maxDurationMs: Time,
  sessionTtlMs: Time,
  objectExpiryMs: Time,
  assumeStartMs: Time.optional(),
  requestReason: z.string(),
  resolveReason: z.string(),
  systemAnnotations: Traits,
  resolveAnnotations: Traits,
  thresholds: z.array(
    z.object({ name: z.string(), filter: z.string(), approve: z.number(), deny: z.number() }),
  ),
  roleThresholds: z.record(z.string(), z.array(z.array(z.number().int()))),
  reviews: z.array(
    z.object({
      author: z.string(),
      proposedState: State,
      reason: z.string(),
      createdMs: Time,
      thresholdIndexes: z.array(z.number().int()),
      assumeStartMs: Time.optional(),
    }),
  ),
  suggestedReviewers: Names,
  resourceIds: z.array(
    z.object({
      clusterName: z.string(),
      kind: z.string(),
      name: z.string(),
      subResourceName: z.string(),
    }),
  ),
  loginHint: z.string(),
  revision: z.string(),
});

/** All access requests of the cluster; tells of every change after it was written. */
export class RequestStore {
  readonly #collection: Collection<AccessRequest>;
  readonly #changes = new Emitter<RequestChange>();

  constructor(store: ClusterStore) {
    this.#collection = store.collection<AccessRequest>('access_request', (body) => {
      const parsed = Stored.safeParse(body);
      return parsed.success ? parsed.data : undefined;
    });
  }

  get onChange() {
    return this.#changes.event;
  }

  get(id: string): AccessRequest | undefined {
    return this.#collection.get(id);
  }

  all(): readonly AccessRequest[] {
    return this.#collection.all();
  }

  put(request: AccessRequest): void {
    this.#collection.put(request.id, request);
    this.#changes.fire({ kind: 'put', request });
  }

  delete(id: string): void {
    const request = this.#collection.get(id);
    if (!request) return;
    this.#collection.delete(id);
    this.#changes.fire({ kind: 'delete', request });
  }

  /** Removes what has expired. */
  sweep(nowMs: number): void {
    for (const request of this.#collection.all())
      if (request.objectExpiryMs <= nowMs) this.delete(request.id);
  }
}
