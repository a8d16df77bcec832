import { randomUUID } from 'node:crypto';
import { type CallOptions, type Client, createClient, type Transport } from '@connectrpc/connect';
import { type AccessRequest, type RequestedResourceId, toAccessRequest } from '../codec/access-request.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import type { AccessCapabilities, AccessRequestV3 } from '../codec/gen/types/access_request_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import { fromDate } from '../codec/timestamp.ts';
import { callError } from './auth-connection.ts';
import { reviewError } from './request-errors.ts';

export interface NewRequest {
  readonly userName: string;
  readonly roles: readonly string[];
  readonly resources: readonly RequestedResourceId[];
  readonly reason: string;
  readonly reviewers: readonly string[];
  readonly accessUntil?: Date | undefined;
  readonly assumeFrom?: Date | undefined;
  readonly pendingUntil?: Date | undefined;
}

export interface RequestListQuery {
  readonly scope: 'all' | 'mine' | 'needs-review' | 'reviewed';
  /** Alone on the wire; several are filtered by the caller. */
  readonly state?: 'pending' | 'approved' | 'denied' | 'promoted' | undefined;
  readonly keywords: readonly string[];
  readonly sort: { readonly field: 'created' | 'state' | 'requester'; readonly descending: boolean };
  readonly limit: number;
  readonly startKey: string;
}

export interface Review {
  readonly author: string;
  readonly decision: 'approve' | 'deny';
  readonly reason: string;
  readonly assumeFrom?: Date | undefined;
}

const firstMajorWithV2 = 14;
const scopes = { all: 0, mine: 1, 'needs-review': 2, reviewed: 3 } as const;
const states = { pending: 1, approved: 2, denied: 3, promoted: 4 } as const;
const sorts = { created: 1, state: 2, requester: 3 } as const;

/** The calls about access requests, by server version (auth-api.md 10). They always go to the root cluster. */
export class RequestApi {
  readonly #auth: Client<typeof AuthService>;
  readonly #major: number;
  #pages: boolean | undefined;

  constructor(transport: Transport, major: number) {
    this.#auth = createClient(AuthService, transport);
    this.#major = major;
  }

  /** Whether the server filters, sorts and pages by itself. */
  async canPage(signal?: AbortSignal): Promise<boolean> {
    const sort = { field: 'created', descending: true } as const;
    await this.list({ scope: 'mine', keywords: [], sort, limit: 1, startKey: '' }, '', signal);
    return this.#pages ?? false;
  }

  capabilities(resources: readonly RequestedResourceId[], signal?: AbortSignal): Promise<AccessCapabilities> {
    return call(() =>
      this.#auth.getAccessCapabilities(
        { requestableRoles: true, suggestedReviewers: true, resourceIds: resources.map(toWire) },
        { ...options(signal) },
      ),
    );
  }

  /** What the server would store; undefined where it does not say (before v14). */
  dryRun(request: NewRequest, signal?: AbortSignal): Promise<AccessRequest | undefined> {
    const message = toMessage(request, true);
    if (this.#major < firstMajorWithV2) {
      return call(() => this.#auth.createAccessRequest(message, options(signal))).then(() => undefined);
    }
    return call(() => this.#auth.createAccessRequestV2(message, options(signal))).then(toAccessRequest);
  }

  async create(request: NewRequest, signal?: AbortSignal): Promise<AccessRequest> {
    const message = toMessage(request, false);
    if (this.#major >= firstMajorWithV2) {
      return toAccessRequest(await call(() => this.#auth.createAccessRequestV2(message, options(signal))));
    }
    await call(() => this.#auth.createAccessRequest(message, options(signal)));
    const stored = await this.get(message.metadata.name, signal);
    if (stored) return stored;
    // It was taken; the server has not told it back yet.
    return toAccessRequest({
      ...message,
      spec: { ...message.spec, thresholds: [], roleThresholdMapping: {}, reviews: [] },
    } as unknown as AccessRequestV3);
  }

  /** Fresh, never from a cache; undefined when there is none. */
  async get(id: string, signal?: AbortSignal): Promise<AccessRequest | undefined> {
    return (await this.#stream({ id }, signal))[0];
  }

  /** One page where the server pages; else everything, in one page, unsorted. */
  async list(
    query: RequestListQuery,
    userName: string,
    signal?: AbortSignal,
  ): Promise<{ items: AccessRequest[]; nextKey: string | undefined; isWhole: boolean }> {
    const filter = {
      scope: scopes[query.scope],
      state: query.state ? states[query.state] : 0,
      searchKeywords: [...query.keywords],
    };
    if (this.#pages !== false) {
      try {
        const answer = await this.#auth.listAccessRequests(
          {
            filter,
            sort: sorts[query.sort.field],
            descending: query.sort.descending,
            limit: query.limit,
            startKey: query.startKey,
          },
          options(signal),
        );
        this.#pages = true;
        return {
          items: answer.accessRequests.map(toAccessRequest),
          nextKey: answer.nextKey || undefined,
          isWhole: false,
        };
      } catch (error) {
        const { status, error: coded } = callError(error);
        if (status === grpcCode.resourceExhausted && query.limit > 8)
          return this.list({ ...query, limit: Math.floor(query.limit / 2) }, userName, signal);
        if (status !== grpcCode.unimplemented) throw coded;
        this.#pages = false;
      }
    }
    const user = query.scope === 'mine' ? userName : '';
    const items = await this.#stream({ user, state: filter.state }, signal);
    return { items, nextKey: undefined, isWhole: true };
  }

  async review(
    id: string,
    review: Review,
    mfaHeader: string | undefined,
    signal?: AbortSignal,
  ): Promise<AccessRequest> {
    try {
      const answer = await this.#auth.submitAccessReview(
        {
          requestId: id,
          review: {
            author: review.author,
            proposedState: review.decision === 'approve' ? states.approved : states.denied,
            reason: review.reason,
            ...(review.assumeFrom ? { assumeStartTime: fromDate(review.assumeFrom) as never } : {}),
          },
        },
        options(signal, mfaHeader),
      );
      return toAccessRequest(answer);
    } catch (error) {
      throw reviewError(callError(error));
    }
  }

  async delete(id: string, mfaHeader: string | undefined, signal?: AbortSignal): Promise<void> {
    await call(() => this.#auth.deleteAccessRequest({ id }, options(signal, mfaHeader)));
  }

  async #stream(
    filter: { id?: string; user?: string; state?: number },
    signal: AbortSignal | undefined,
  ): Promise<AccessRequest[]> {
    return call(async () => {
      const items: AccessRequest[] = [];
      for await (const message of this.#auth.getAccessRequestsV2(filter, options(signal)))
        items.push(toAccessRequest(message));
      return items;
    });
  }
}

async function call<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw callError(error).error;
  }
}

function options(signal: AbortSignal | undefined, mfaHeader?: string): CallOptions {
  return {
    ...(signal ? { signal } : {}),
    ...(mfaHeader === undefined ? {} : { headers: { mfa_challenge_response: mfaHeader } }),
  };
}

function toWire(id: RequestedResourceId) {
  return { clusterName: id.clusterName, kind: id.kind, name: id.name, subResourceName: id.subResource };
}

function toMessage(request: NewRequest, dryRun: boolean) {
  const time = (date: Date | undefined) => fromDate(date) as never;
  const { accessUntil, assumeFrom, pendingUntil } = request;
  return {
    kind: 'access_request',
    version: 'v3',
    metadata: {
      name: randomUUID(),
      namespace: 'default',
      ...(pendingUntil ? { expires: time(pendingUntil) } : {}),
    },
    spec: {
      user: request.userName,
      roles: [...request.roles],
      state: states.pending,
      requestReason: request.reason,
      suggestedReviewers: [...request.reviewers],
      requestedResourceIds: request.resources.map(toWire),
      dryRun,
      // Older servers read `expires` alone, newer ones the other two.
      ...(accessUntil ? { expires: time(accessUntil), maxDuration: time(accessUntil) } : {}),
      ...(assumeFrom ? { assumeStartTime: time(assumeFrom) } : {}),
      ...(pendingUntil ? { resourceExpiry: time(pendingUntil) } : {}),
    },
  };
}
