import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { toErrorInfo } from '../../../shared/errors/app-error.ts';
import { clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';
import { useActiveAccount } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useSignedIn } from '../../state/use-accounts.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Chips, ToggleChip } from '../../ui/toggle-chip.tsx';
import { FollowingState } from './following-state.tsx';
import { type RequestFilter, wholeList } from './request-filter.ts';
import { RequestFilters } from './request-filters.tsx';
import { RequestGrid } from './request-grid.tsx';
import { type RequestList, useRequestList } from './use-request-list.ts';
import './request-list.css';

const scopes: readonly (readonly [RequestFilter['scope'], string])[] = [
  ['all', 'All'],
  ['needs-review', 'Waits for me'],
  ['mine', 'Mine'],
  ['reviewed', 'Reviewed by me'],
];

/** The requests of all accounts: what waits, what was decided, newest first. */
export function RequestsDocument({ isFront }: { isFront: boolean }) {
  const signedIn = useSignedIn();
  const active = useActiveAccount();
  const ui = useUi();
  const calls = useRequestCalls();
  const [filter, setFilter] = useState(wholeList);
  const settled = useSettled(filter);
  const uris = useMemo(() => signedIn.map((account) => account.uri).sort(), [signedIn]);
  const list = useRequestList(uris, settled);
  const focusGrid = useRef<(() => void) | null>(null);
  const change = (part: Partial<RequestFilter>) => setFilter((old) => ({ ...old, ...part }));
  useEffect(() => {
    if (isFront && !document.activeElement?.closest('.top-bar, .tab-bar, .dialog')) focusGrid.current?.();
  }, [isFront]);
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && filter.text !== '') change({ text: '' });
    else if (event.key === 'ArrowDown' || event.key === 'Enter') focusGrid.current?.();
    else return;
    event.preventDefault();
  };
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(wholeList);
  return (
    <section className="requests" aria-label="Requests" hidden={!isFront}>
      <div className="requests-bar">
        <Chips label="Which requests">
          {scopes.map(([scope, label]) => (
            <ToggleChip key={scope} isOn={filter.scope === scope} onClick={() => change({ scope })}>
              {label}
            </ToggleChip>
          ))}
        </Chips>
        <span className="grow" />
        <FollowingState />
        <Button
          kind="primary"
          disabled={!active}
          onClick={() => active && ui.ask({ kind: 'request-access', accountUri: active.uri })}
        >
          Request access
        </Button>
      </div>
      <div className="requests-bar requests-filters">
        <SearchField
          label="Search requests"
          placeholder="Words of a reason, a role, a resource"
          value={filter.text}
          maxLength={500}
          onText={(value) => change({ text: value })}
          onKeyDown={onSearchKey}
        />
        <RequestFilters filter={filter} change={change} />
      </div>
      <ListProblems list={list} />
      {list.rows.length > 0 || list.isLoading ? (
        <RequestGrid list={list} onOpen={(row) => calls.show(row.request.uri)} focusRef={focusGrid} />
      ) : (
        list.problems.length === 0 && (
          <div className="empty">
            <p>{isFiltered ? 'No request matches.' : 'Nobody has asked for anything yet.'}</p>
            {isFiltered && <Button onClick={() => setFilter(wholeList)}>Show all requests</Button>}
          </div>
        )
      )}
    </section>
  );
}

function ListProblems({ list }: { list: RequestList }) {
  const ui = useUi();
  return list.problems.map(({ accountUri, error }) => (
    <div key={accountUri} className="requests-problem">
      <Problem error={toErrorInfo(error)}>
        {error.action === 'sign-in' ? (
          <Button
            onClick={() =>
              ui.ask({
                kind: 'sign-in',
                clusterUri: clusterOf(accountUri),
                userName: parseAccountUri(accountUri)?.userName ?? '',
                afterwards: list.reload,
              })
            }
          >
            Sign in again
          </Button>
        ) : (
          <Button onClick={list.reload}>Try again</Button>
        )}
      </Problem>
    </div>
  ));
}

const typingPauseMs = 150;

/** The filter once nothing was typed for a moment. */
function useSettled(filter: RequestFilter): RequestFilter {
  const [settled, setSettled] = useState(filter);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(filter), typingPauseMs);
    return () => clearTimeout(timer);
  }, [filter]);
  return useDeferredValue(settled);
}
