import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { parseRequestUri, type RequestUri } from '../../../shared/uri/uri.ts';
import { isSameRequest } from '../../state/request-words.ts';
import { useAppState } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';

/** Where another user of this window goes on with the request: reviews it, or assumes what was approved. */
export function OtherUsers(props: { request: RequestInfo; onView: (uri: RequestUri) => void }) {
  const { request, onView } = props;
  const ui = useUi();
  const requests = useAppState((state) => state.requests);
  const others = Object.values(requests).filter(
    (one) => one.uri !== request.uri && isSameRequest(one.uri, request.uri),
  );
  const userOf = ({ uri }: RequestInfo) => parseRequestUri(uri)?.userName ?? '';
  const reviewer = others.filter((one) => one.waitsForMe).toSorted((a, b) => (a.uri < b.uri ? -1 : 1))[0];
  const requester = others.find((one) => one.isOwn && one.assumable.kind === 'now' && !one.isAssumed);
  return (
    <>
      {reviewer && <Button onClick={() => onView(reviewer.uri)}>Review as {userOf(reviewer)}</Button>}
      {requester && (
        <Button
          kind="primary"
          onClick={() => {
            onView(requester.uri);
            ui.ask({ kind: 'assume', requestUri: requester.uri });
          }}
        >
          Assume as {userOf(requester)}
        </Button>
      )}
    </>
  );
}
