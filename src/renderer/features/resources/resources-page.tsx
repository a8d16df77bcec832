import { KeyRound } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { AccountInfo, ClusterInfo } from '../../../shared/contract/clusters.ts';
import type { Resource } from '../../../shared/contract/resources.ts';
import { toErrorInfo } from '../../../shared/errors/app-error.ts';
import { parseSearch } from '../../../shared/search/query.ts';
import { type ResourceKind, resourceKinds } from '../../../shared/uri/uri.ts';
import { useCart } from '../../state/use-cart.ts';
import { useCopy } from '../../state/use-copy.ts';
import { useOpenApp } from '../../state/use-open-app.ts';
import { useOpenFiles } from '../../state/use-open-files.ts';
import { useOpenShell } from '../../state/use-open-shell.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Chips, ToggleChip } from '../../ui/toggle-chip.tsx';
import { DetailsDrawer } from './details-drawer.tsx';
import { KindIcon, kindLabels } from './kinds.tsx';
import { ResourceGrid } from './resource-grid.tsx';
import { canConnect, whyNot } from './resource-row.tsx';
import { LoginMenu, MoreMenu } from './row-menus.tsx';
import { useResourcePages } from './use-resource-pages.ts';
import './resources.css';

const typingPauseMs = 150;
type Popup = {
  readonly kind: 'login' | 'files-login' | 'more';
  readonly resource: Resource;
  readonly anchor: HTMLElement;
};

/** The pinned first tab: everything that the account in front may use. */
export function ResourcesPage({ account, cluster }: { account: AccountInfo; cluster: ClusterInfo }) {
  const ui = useUi();
  const openShell = useOpenShell();
  const openFiles = useOpenFiles();
  const openApp = useOpenApp();
  const copy = useCopy();
  const [kind, setKind] = useState<ResourceKind>();
  const [text, setText] = useState('');
  const search = useDebounced(text, typingPauseMs);
  const [sort, setSort] = useState<{ field: 'name' | 'kind'; descending: boolean }>({
    field: 'name',
    descending: false,
  });
  const [isRequestable, setRequestable] = useState(false);
  const cart = useCart(account.uri);
  const inCart = useMemo(
    () =>
      new Set(cart.items.flatMap((item) => (item.kind === 'resource' ? [item.resourceUri as string] : []))),
    [cart.items],
  );
  const pages = useResourcePages({
    accountUri: account.uri,
    kinds: kind ? [kind] : [],
    search,
    sort,
    ...(isRequestable ? { includeRequestable: true } : {}),
  });
  const [popup, setPopup] = useState<Popup>();
  const [details, setDetails] = useState<Resource>();
  const focusGrid = useRef<(() => void) | null>(null);
  const mode = parseSearch(text).kind;

  const { reload } = pages;
  // What is assumed changes what may be used.
  const validUntil = `${account.validUntil} ${account.assumed.map((one) => one.requestUri).join(' ')}`;
  const firstValid = useRef(validUntil);
  useEffect(() => {
    // A new sign-in may bring other rights.
    if (firstValid.current === validUntil) return;
    firstValid.current = validUntil;
    reload();
  }, [validUntil, reload]);

  const connect = (resource: Resource, anchor: HTMLElement) => {
    if (resource.requiresRequest) {
      cart.toggle({ kind: 'resource', resourceUri: resource.uri, name: resource.name });
      return;
    }
    if (!canConnect(resource)) {
      ui.notify(whyNot(resource));
      return;
    }
    if (resource.kind !== 'server') {
      ui.ask({ kind: 'connect', resource, anchor });
      return;
    }
    const login = resource.lastLogin ?? (resource.logins.length === 1 ? resource.logins[0] : undefined);
    if (login === undefined) setPopup({ kind: 'login', resource, anchor });
    else void openShell(resource.uri, resource.name, login);
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && text !== '') setText('');
    else if (event.key === 'ArrowDown' || event.key === 'Enter') focusGrid.current?.();
    else return;
    event.preventDefault();
  };

  return (
    <section className="resources" aria-label="Resource list">
      <div className="resources-bar">
        <Chips label="Kinds">
          <KindChip label="All" isOn={kind === undefined} onClick={() => setKind(undefined)} />
          {resourceKinds.map((name) => (
            <KindChip
              key={name}
              kind={name}
              label={kindLabels[name].many}
              isOn={kind === name}
              onClick={() => setKind(name)}
            />
          ))}
          <ToggleChip
            isOn={isRequestable}
            title="Also what you may request"
            onClick={() => setRequestable((old) => !old)}
          >
            <KeyRound size={14} aria-hidden /> Requestable too
          </ToggleChip>
        </Chips>
        <SearchField
          label="Search resources"
          placeholder="Words, label:value, or an expression"
          value={text}
          onText={setText}
          onKeyDown={onSearchKey}
          data-region="search"
          data-mode={mode}
        >
          {mode === 'predicate' && <span className="search-mode">expression</span>}
        </SearchField>
      </div>
      <ListProblems pages={pages} account={account} cluster={cluster} />
      {pages.items.length > 0 || pages.isLoading ? (
        <ResourceGrid
          pages={pages}
          sort={sort}
          onSort={(field) =>
            setSort((old) => ({ field, descending: old.field === field && !old.descending }))
          }
          onConnect={connect}
          onMore={(resource, anchor) => setPopup({ kind: 'more', resource, anchor })}
          inCart={inCart}
          onDetails={setDetails}
          focusRef={focusGrid}
        />
      ) : (
        !pages.error && (
          <Empty
            isFiltered={text !== '' || kind !== undefined}
            onClear={() => (setText(''), setKind(undefined))}
            onReload={pages.reload}
          />
        )
      )}
      {pages.isLoading && pages.items.length === 0 && <Skeleton />}
      {(popup?.kind === 'login' || popup?.kind === 'files-login') && (
        <LoginMenu
          {...popup}
          onClose={() => setPopup(undefined)}
          onChoose={(login) => {
            const open = popup.kind === 'login' ? openShell : openFiles;
            setPopup(undefined);
            void open(popup.resource.uri, popup.resource.name, login);
          }}
        />
      )}
      {popup?.kind === 'more' && (
        <MoreMenu
          {...popup}
          onClose={() => setPopup(undefined)}
          onLogin={() => setPopup({ ...popup, kind: 'login' })}
          onFiles={() => {
            const { lastLogin, logins, uri, name } = popup.resource;
            const login = lastLogin ?? (logins.length === 1 ? logins[0] : undefined);
            if (login) void openFiles(uri, name, login);
            else setPopup({ ...popup, kind: 'files-login' });
          }}
          onConnect={() => connect(popup.resource, popup.anchor)}
          onOpenApp={(through) => void openApp(popup.resource.uri, through)}
          onRequest={() => connect(popup.resource, popup.anchor)}
          onExplain={() =>
            ui.ask({ kind: 'explain', resourceUri: popup.resource.uri, name: popup.resource.name })
          }
          onDetails={() => setDetails(popup.resource)}
          onCopy={copy}
        />
      )}
      {details && (
        <DetailsDrawer
          resource={details}
          cluster={cluster.name}
          onConnect={() => ui.ask({ kind: 'connect', resource: details })}
          onExplain={() => ui.ask({ kind: 'explain', resourceUri: details.uri, name: details.name })}
          onClose={() => setDetails(undefined)}
        />
      )}
    </section>
  );
}

function KindChip(props: { kind?: ResourceKind; label: string; isOn: boolean; onClick: () => void }) {
  return (
    <ToggleChip isOn={props.isOn} onClick={props.onClick}>
      {props.kind && <KindIcon kind={props.kind} />}
      {props.label}
    </ToggleChip>
  );
}

function ListProblems(props: {
  pages: ReturnType<typeof useResourcePages>;
  account: AccountInfo;
  cluster: ClusterInfo;
}) {
  const { pages, account, cluster } = props;
  const ui = useUi();
  const { error } = pages;
  const signIn = () =>
    ui.ask({
      kind: 'sign-in',
      clusterUri: cluster.uri,
      userName: account.userName,
      reason: 'Your session has expired. After signing in the list goes on.',
      afterwards: pages.reload,
    });
  return (
    <>
      {error && (
        <div className="resources-problem">
          <Problem error={toErrorInfo(error)}>
            {error.action === 'sign-in' ? (
              <Button onClick={signIn}>Sign in again</Button>
            ) : (
              error.action !== 'edit-input' && <Button onClick={pages.reload}>Try again</Button>
            )}
          </Problem>
        </div>
      )}
      {pages.problems.map((problem) => (
        <p key={problem.kind} className="note resources-problem" role="status">
          {kindLabels[problem.kind].many} could not be listed: {problem.error.message} {problem.error.reason}
        </p>
      ))}
    </>
  );
}

function Empty(props: { isFiltered: boolean; onClear: () => void; onReload: () => void }) {
  return (
    <div className="empty">
      <p>{props.isFiltered ? 'Nothing matches.' : 'Your roles give access to nothing here yet.'}</p>
      {props.isFiltered ? (
        <Button onClick={props.onClear}>Clear search</Button>
      ) : (
        <Button onClick={props.onReload}>Look again</Button>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden>
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="skeleton-row">
          <span style={{ width: `${90 + ((index * 37) % 90)}px` }} />
          <span style={{ width: `${120 + ((index * 23) % 60)}px` }} />
          <span style={{ width: `${140 + ((index * 51) % 120)}px` }} />
        </div>
      ))}
    </div>
  );
}

function useDebounced(value: string, pauseMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return useDeferredValue(settled);
}
