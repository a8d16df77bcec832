import { useEffect, useState } from 'react';
import type { AccessExplanation, AccessOffer } from '../../../shared/contract/request-explanation.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { accountOf, clusterOf, parseAccountUri, type ResourceUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useCart } from '../../state/use-cart.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import './explain-dialog.css';

/** Why a resource can or cannot be reached, as far as the app can know, and what would help. */
export function ExplainDialog({ resourceUri, name }: { resourceUri: ResourceUri; name: string }) {
  const session = useSession();
  const ui = useUi();
  const [explanation, setExplanation] = useState<AccessExplanation>();
  const [error, setError] = useState<AppError>();
  useEffect(() => {
    const stop = new AbortController();
    session
      .call((api) => api.requests.explain({ resourceUri }, { signal: stop.signal }))
      .then(
        (found) => !stop.signal.aborted && setExplanation(found),
        (failure: unknown) => !stop.signal.aborted && setError(toAppError(failure)),
      );
    return () => stop.abort();
  }, [session, resourceUri]);
  const offers = explanation?.offers.filter((offer) => offer.kind !== 'none') ?? [];
  return (
    <Dialog title={`Access to ${name}`} onClose={ui.closeDialog}>
      <div className="explanation" aria-live="polite">
        {error && <Problem error={toErrorInfo(error)} />}
        {!explanation && !error && <p className="muted">Asking the cluster…</p>}
        {explanation?.isReachable && <p>Nothing known stands in the way.</p>}
        {explanation && explanation.reasons.length > 0 && (
          <ul className="reasons">
            {explanation.reasons.map((reason) => (
              <li key={`${reason.code} ${reason.text}`}>{reason.text}</li>
            ))}
          </ul>
        )}
        {explanation && !explanation.isReachable && offers.length === 0 && (
          <p className="muted">
            Porthole knows nothing that would help. An administrator of the cluster can.
          </p>
        )}
      </div>
      <div className="actions">
        <Button onClick={ui.closeDialog}>Close</Button>
        {offers.map((offer, index) => (
          <Offer key={JSON.stringify(offer)} offer={offer} name={name} isFirst={index === 0} />
        ))}
      </div>
    </Dialog>
  );
}

function Offer({ offer, name, isFirst }: { offer: AccessOffer; name: string; isFirst: boolean }) {
  const ui = useUi();
  const calls = useRequestCalls();
  const accountUri = offer.kind === 'request' ? accountOf(offer.resourceUri) : undefined;
  const cart = useCart(accountUri);
  const kind = isFirst ? 'primary' : 'plain';
  switch (offer.kind) {
    case 'request':
      return (
        <Button
          kind={kind}
          onClick={() => {
            if (!accountUri) return;
            const isIn = cart.items.some(
              (item) => item.kind === 'resource' && item.resourceUri === offer.resourceUri,
            );
            if (!isIn) cart.toggle({ kind: 'resource', resourceUri: offer.resourceUri, name });
            ui.ask({ kind: 'request-access', accountUri });
          }}
        >
          Request access
        </Button>
      );
    case 'follow':
      return (
        <Button
          kind={kind}
          onClick={() => {
            ui.closeDialog();
            calls.show(offer.requestUri);
          }}
        >
          Show the request
        </Button>
      );
    case 'assume':
      return (
        <Button kind={kind} onClick={() => ui.ask({ kind: 'assume', requestUri: offer.requestUri })}>
          Assume
        </Button>
      );
    case 'sign-in':
      return (
        <Button
          kind={kind}
          onClick={() =>
            ui.ask({
              kind: 'sign-in',
              clusterUri: clusterOf(offer.accountUri),
              userName: parseAccountUri(offer.accountUri)?.userName ?? '',
            })
          }
        >
          Sign in again
        </Button>
      );
    case 'none':
      return null;
  }
}
