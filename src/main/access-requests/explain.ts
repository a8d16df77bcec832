import type { AccessExplanation, AccessOffer } from '../../shared/contract/request-explanation.ts';
import type { RequestInfo } from '../../shared/contract/access-requests.ts';
import type { AccountInfo } from '../../shared/contract/clusters.ts';
import type { Resource } from '../../shared/contract/resources.ts';
import type { ResourceUri } from '../../shared/uri/uri.ts';

export interface ExplainFacts {
  readonly resourceUri: ResourceUri;
  readonly account: AccountInfo | undefined;
  /** As listed now, with what could be requested; undefined: it is in no list. */
  readonly listed: Resource | undefined;
  /** Live requests of the account. */
  readonly requests: readonly RequestInfo[];
  /** Undefined where nothing tells. */
  readonly needsSessionMfa: boolean | undefined;
  /** The account may ask for resources; undefined where nothing tells. */
  readonly mayRequest: boolean | undefined;
}

type Reason = AccessExplanation['reasons'][number];

/** Why a resource cannot be reached and what would help: only what these facts show, and a plain "unknown" otherwise. */
export function explainAccess(facts: ExplainFacts): AccessExplanation {
  const { resourceUri, account, listed } = facts;
  const reasons: Reason[] = [];
  const offers: AccessOffer[] = [];
  if (!account || account.status !== 'signed-in') {
    reasons.push({ code: 'session-expired', text: 'Your session on this cluster is over.' });
    if (account) offers.push({ kind: 'sign-in', accountUri: account.uri });
    return done(facts, reasons, offers);
  }
  const isNarrowed = account.assumed.some((one) => one.resources.length > 0);
  const forIt = facts.requests.filter(
    (request) => request.isOwn && request.resources.some((one) => one.resourceUri === resourceUri),
  );
  const ready = forIt.filter((request) => request.assumable.kind === 'now' && !request.isAssumed);
  const waiting = forIt.filter(
    (request) => request.state === 'pending' || request.assumable.kind === 'later',
  );
  const needsMore = !listed || listed.requiresRequest;
  if (needsMore) {
    for (const request of ready) {
      reasons.push({
        code: 'role-not-assumed',
        text: 'Your request for it was approved and is not assumed.',
      });
      offers.push({ kind: 'assume', requestUri: request.uri });
    }
    for (const request of waiting) offers.push({ kind: 'follow', requestUri: request.uri });
    const roleRequests = facts.requests.filter(
      (request) =>
        request.isOwn && request.kind === 'roles' && request.assumable.kind === 'now' && !request.isAssumed,
    );
    for (const request of roleRequests) {
      reasons.push({
        code: 'role-not-assumed',
        text: `Your request for ${request.roles.join(', ')} was approved and is not assumed; it may open this.`.slice(
          0,
          500,
        ),
      });
      offers.push({ kind: 'assume', requestUri: request.uri });
    }
  }
  if (listed?.requiresRequest) {
    reasons.push({ code: 'requires-request', text: 'None of your roles opens it; an access request would.' });
    if (waiting.length + ready.length === 0) offers.push({ kind: 'request', resourceUri });
  } else if (!listed) {
    if (isNarrowed)
      reasons.push({
        code: 'narrowed-by-request',
        text: 'While a request for resources is assumed, only those resources are open. Drop it to see the rest.',
      });
    reasons.push({
      code: 'not-listed',
      text: 'The cluster does not list it for you: no role of yours matches its labels, or it is gone.',
    });
    if (facts.mayRequest !== false && waiting.length + ready.length === 0)
      offers.push({ kind: 'request', resourceUri });
  } else {
    if (listed.kind === 'server' && listed.logins.length === 0)
      reasons.push({ code: 'no-login', text: 'None of your roles has a login for this server.' });
    if (facts.needsSessionMfa)
      reasons.push({ code: 'session-mfa', text: 'Each session on it asks for a second factor.' });
  }
  return done(facts, reasons, offers);
}

function done(facts: ExplainFacts, reasons: Reason[], offers: AccessOffer[]): AccessExplanation {
  const blocking = reasons.some((reason) => reason.code !== 'session-mfa');
  const isReachable = facts.listed !== undefined && !facts.listed.requiresRequest && !blocking;
  if (reasons.length === 0 && !isReachable)
    reasons.push({ code: 'unknown', text: 'The cluster does not tell why.' });
  return {
    resourceUri: facts.resourceUri,
    isReachable,
    reasons: reasons.slice(0, 20),
    offers: offers.length > 0 ? offers.slice(0, 20) : [{ kind: 'none' }],
  };
}
