import { useEffect, useMemo, useState } from 'react';
import type { RequestCapabilities, RequestDryRun } from '../../../shared/contract/access-requests.ts';
import type { CartItem } from '../../../shared/contract/request-cart.ts';
import type { AppError } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { type DraftFields, emptyFields, toDraft } from './draft.ts';

const typingPauseMs = 300;
/** What was typed stays while the window is open, also when the dialog was closed. */
const kept = new Map<AccountUri, DraftFields>();

export function useDraftFields(accountUri: AccountUri) {
  const [fields, setFields] = useState(() => kept.get(accountUri) ?? emptyFields);
  return {
    fields,
    change: (part: Partial<DraftFields>) =>
      setFields((old) => {
        const next = { ...old, ...part };
        kept.set(accountUri, next);
        return next;
      }),
    forget: () => kept.delete(accountUri),
  };
}

/** What the account may ask for, as far as its server tells. */
export function useCapabilities(accountUri: AccountUri) {
  const session = useSession();
  const [capabilities, setCapabilities] = useState<RequestCapabilities>();
  const [error, setError] = useState<AppError>();
  useEffect(() => {
    let isCurrent = true;
    session
      .call((api) => api.requests.capabilities({ accountUri }))
      .then(
        (found) => isCurrent && setCapabilities(found),
        (failure: unknown) => isCurrent && setError(toAppError(failure)),
      );
    return () => {
      isCurrent = false;
    };
  }, [session, accountUri]);
  return { capabilities, error };
}

/** What the server would do with the draft, asked anew after each change; an older answer stays until then. */
export function useDryRun(accountUri: AccountUri, items: readonly CartItem[], fields: DraftFields) {
  const session = useSession();
  const [dryRun, setDryRun] = useState<RequestDryRun>();
  const [error, setError] = useState<AppError>();
  const [isBusy, setBusy] = useState(false);
  const key = useMemo(() => JSON.stringify([items, fields]), [items, fields]);
  useEffect(() => {
    const [asked, typed] = JSON.parse(key) as [CartItem[], DraftFields];
    if (asked.length === 0) {
      setDryRun(undefined);
      setError(undefined);
      return undefined;
    }
    const stop = new AbortController();
    setBusy(true);
    const timer = setTimeout(() => {
      session
        .call((api) =>
          api.requests.dryRun(toDraft(accountUri, asked, typed, Date.now()), { signal: stop.signal }),
        )
        .then(
          (answer) => {
            if (stop.signal.aborted) return;
            setDryRun(answer);
            setError(undefined);
            setBusy(false);
          },
          (failure: unknown) => {
            if (stop.signal.aborted) return;
            setError(toAppError(failure));
            setBusy(false);
          },
        );
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [session, accountUri, key]);
  return { dryRun, error, isBusy };
}
