import { useEffect, useState } from 'react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import {
  clusterOf,
  formatRequestUri,
  parseAccountUri,
  parseRequestUri,
  type RequestUri,
} from '../../../shared/uri/uri.ts';
import { useSession } from '../../state/store.ts';
import { useSignedIn } from '../../state/use-accounts.ts';
import { Chips, ToggleChip } from '../../ui/toggle-chip.tsx';

/** Several users of one cluster in one window: as whom it is looked at. */
export function RequestViewers({
  request,
  viewed,
  onView,
}: {
  request: RequestInfo;
  viewed: RequestUri;
  onView: (uri: RequestUri) => void;
}) {
  const session = useSession();
  const accounts = useSignedIn()
    .filter((account) => account.clusterUri === clusterOf(viewed))
    .toSorted((a, b) => (a.userName < b.userName ? -1 : 1));
  const [seenBy, setSeenBy] = useState<readonly RequestUri[]>([viewed]);
  const uris = accounts.flatMap((account) => {
    const parts = parseAccountUri(account.uri);
    return parts ? [formatRequestUri({ ...parts, id: request.id })] : [];
  });
  const key = uris.join('\n');
  useEffect(() => {
    let isCurrent = true;
    const all = key === '' ? [] : (key.split('\n') as RequestUri[]);
    void Promise.all(
      all.map((uri) =>
        session
          .call((api) => api.requests.get({ requestUri: uri }))
          .then(
            () => [uri],
            () => [],
          ),
      ),
    ).then((found) => isCurrent && setSeenBy(found.flat()));
    return () => {
      isCurrent = false;
    };
  }, [key, session]);
  if (accounts.length < 2) return null;
  return (
    <Chips label="Look at it as" className="request-viewers">
      <span className="muted small">Seen as</span>
      {uris.map((uri) => (
        <ToggleChip
          key={uri}
          isOn={uri === viewed}
          disabled={!seenBy.includes(uri)}
          onClick={() => onView(uri)}
        >
          {parseRequestUri(uri)?.userName}
        </ToggleChip>
      ))}
    </Chips>
  );
}
