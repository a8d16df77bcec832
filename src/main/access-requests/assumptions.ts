import type { AssumePreview } from '../../shared/contract/access-requests.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, parseRequestUri, type RequestUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import { RequestApi } from '../protocol/client/request-api.ts';
import type { AccessRequest } from '../protocol/codec/access-request.ts';
import { activeRequestsOf, factsOf } from '../protocol/codec/identity.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { RequestAccess } from './access.ts';
import type { AccountRequests } from './account-requests.ts';
import type { NoticeBoard } from './notice-board.ts';
import { toRequestedResource } from './request-info.ts';
import { noSuchRequest } from './request-lists.ts';

export interface AssumptionsOptions {
  readonly hub: StateHub;
  readonly access: RequestAccess;
  readonly board: NoticeBoard;
  readonly log: Logger;
  readonly requestsOf: (uri: AccountUri) => AccountRequests;
}

/** Puts approved requests into an account's certificate, and takes them out (auth-api.md 11.6). */
export class Assumptions {
  readonly #options: AssumptionsOptions;
  /** Changes of one account's certificate come one after another. */
  readonly #queues = new Map<AccountUri, Promise<unknown>>();

  constructor(options: AssumptionsOptions) {
    this.#options = options;
  }

  async preview(uris: readonly RequestUri[], signal?: AbortSignal): Promise<AssumePreview> {
    const { accountUri, ids } = oneAccount(uris);
    const { access } = this.#options;
    const account = this.#options.requestsOf(accountUri);
    const active = activeRequestsOf(access.identity(accountUri));
    const all = await this.#read(accountUri, [...new Set([...active, ...ids])], signal);
    const problems: AppError[] = [];
    const requests = all.flatMap(({ id, request }) => {
      if (request) return [request];
      if (ids.includes(id)) problems.push(noSuchRequest());
      return [];
    });
    for (const request of requests) {
      const { assumable } = account.info(request);
      if (assumable.kind === 'now') continue;
      problems.push(
        new AppError('request-refused', 'One of these requests cannot be assumed.', {
          reason: assumable.kind === 'never' ? assumable.reason : 'The time of its start has not come.',
        }),
      );
    }
    const withResources = requests.filter((request) => request.resources.length > 0);
    if (withResources.length > 1)
      problems.push(
        new AppError('request-refused', 'Only one request for resources can be assumed at a time.', {
          advice: 'Drop the other one first.',
        }),
      );
    const ends = requests.flatMap((request) => [request.accessUntil, request.sessionUntil]);
    const validUntil = new Date(
      Math.min(
        access.plainEnd(accountUri).getTime(),
        ...ends.filter((end) => end !== undefined).map((end) => end.getTime()),
      ),
    );
    return {
      validUntil: validUntil.toISOString(),
      roles: [...new Set(requests.flatMap((request) => request.roles))].sort().slice(0, 1_000),
      resources: withResources
        .flatMap((request) => request.resources)
        .map((id) => toRequestedResource(id, account.viewer()))
        .slice(0, 1_000),
      narrowsToResources: withResources.length > 0,
      notes: notesOf(withResources.length > 0, validUntil < access.plainEnd(accountUri)),
      problems: problems.map(toErrorInfo).slice(0, 20),
    };
  }

  async assume(uris: readonly RequestUri[], signal?: AbortSignal): Promise<Date> {
    const { accountUri, ids } = oneAccount(uris);
    return this.#inTurn(accountUri, async () => {
      const active = activeRequestsOf(this.#options.access.identity(accountUri));
      return this.#change(accountUri, [...new Set([...active, ...ids])], signal);
    });
  }

  async drop(
    accountUri: AccountUri,
    uris: readonly RequestUri[] | undefined,
    signal?: AbortSignal,
  ): Promise<Date> {
    const dropped = uris && new Set(uris.map((uri) => parseRequestUri(uri)?.id));
    return this.#inTurn(accountUri, async () => {
      const active = activeRequestsOf(this.#options.access.identity(accountUri));
      const left = dropped ? active.filter((id) => !dropped.has(id)) : [];
      return this.#change(accountUri, left, signal);
    });
  }

  /** An assumed request is gone on the server, or granted no more: it is dropped, and told once. */
  lost(accountUri: AccountUri, id: string): void {
    const { access, board, log } = this.#options;
    void this.#inTurn(accountUri, async () => {
      const active = activeRequestsOf(access.identity(accountUri));
      if (!active.includes(id)) return;
      // Others may have gone with it, and a single one that is gone makes every new certificate fail.
      const others = await this.#read(
        accountUri,
        active.filter((other) => other !== id),
      );
      const kept = others.filter(({ request }) => request?.state === 'approved').map((other) => other.id);
      const account = this.#options.requestsOf(accountUri);
      const gone = active
        .filter((other) => !kept.includes(other))
        .map((other) => {
          const known = account.known(other);
          return known ? account.info(known) : account.placeholder(other);
        });
      await this.#change(accountUri, kept);
      for (const info of gone) {
        log.info('assumed-request-gone', { request: asWord(info.id) });
        board.tell('assumed-deleted', info, '');
      }
    }).catch((error: unknown) => log.error('assumed-request-not-dropped', error, { request: asWord(id) }));
  }

  async #change(accountUri: AccountUri, ids: readonly string[], signal?: AbortSignal): Promise<Date> {
    const { access } = this.#options;
    try {
      const identity = await access.assume(accountUri, ids, signal);
      return factsOf(identity).validUntil;
    } catch (error) {
      throw isAppError(error) ? refusedAssumption(error) : error;
    }
  }

  async #read(accountUri: AccountUri, ids: readonly string[], signal?: AbortSignal) {
    const { access, requestsOf } = this.#options;
    const { major } = requestsOf(accountUri).viewer();
    return Promise.all(
      ids.map(
        async (id): Promise<{ id: string; request: AccessRequest | undefined }> => ({
          id,
          request: await access.withAuth(
            accountUri,
            (api) => new RequestApi(api.transport, major).get(id, signal),
            signal,
          ),
        }),
      ),
    );
  }

  #inTurn<T>(accountUri: AccountUri, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(accountUri) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.catch(() => undefined);
    this.#queues.set(accountUri, settled);
    void settled.then(() => {
      if (this.#queues.get(accountUri) === settled) this.#queues.delete(accountUri);
    });
    return result;
  }
}

function oneAccount(uris: readonly RequestUri[]): { accountUri: AccountUri; ids: string[] } {
  const [first] = uris;
  const accountUri = first && accountOf(first);
  if (!accountUri || uris.some((uri) => accountOf(uri) !== accountUri))
    throw new AppError('invalid-input', 'These requests belong to different users.', {
      advice: 'Assume those of one user at a time.',
    });
  return { accountUri, ids: uris.map((uri) => parseRequestUri(uri)?.id ?? '') };
}

function notesOf(narrows: boolean, isShorter: boolean): string[] {
  return [
    ...(narrows ? ['Until you drop it, the list holds the requested resources alone.'] : []),
    ...(isShorter
      ? [
          'When it ends, new connections use your plain certificate again. Open ones may be cut by the cluster.',
        ]
      : []),
  ];
}

/** The server's reasons in its own words; what may be done is added. */
function refusedAssumption(error: AppError): AppError {
  const text = error.reason ?? '';
  const rules: readonly (readonly [RegExp, string, string | undefined])[] = [
    [/awaiting approval/i, 'This request waits for its approval.', undefined],
    [/has been denied/i, 'This request was denied.', undefined],
    [
      /can not be assumed until/i,
      'It is too early to assume this request.',
      "Wait for its start; check this machine's clock.",
    ],
    [
      /Teleport Enterprise/i,
      'This edition of the cluster cannot open requested resources.',
      'Request a role instead.',
    ],
    [/access request .* not found/i, 'This request is gone.', undefined],
    [/expired/i, 'The access of this request has ended.', 'Ask for it again.'],
    [/resource/i, 'Only one request for resources can be assumed at a time.', 'Drop the other one first.'],
  ];
  if (!isAppError(error, 'access-denied', 'query-invalid', 'not-found')) return error;
  const rule = rules.find(([pattern]) => pattern.test(text));
  if (!rule) return error;
  return new AppError('request-refused', rule[1], { reason: text, advice: rule[2], detail: error.detail });
}
