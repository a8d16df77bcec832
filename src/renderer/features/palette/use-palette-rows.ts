import { useEffect, useMemo, useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import { accountOf, clusterOf, parseAccountUri, parseRequestUri } from '../../../shared/uri/uri.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useSignedIn } from '../../state/use-accounts.ts';
import { useOpenShell } from '../../state/use-open-shell.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { useUi } from '../../state/ui-state.ts';
import type { PaletteItem } from './palette-item.ts';
import { type RankedItem, rankItems, type Uses } from './rank.ts';
import { requestLinks } from './request-links.ts';
import { useFoundResources } from './use-found-resources.ts';

/** How rows name their kind; a server shows its login instead. */
const words = { server: '', database: 'database', kubernetes: 'Kubernetes', app: 'app', desktop: 'desktop' };

/** Everything that matches, of the page and of the clusters, in one order. `>` leaves only the actions. */
export function usePaletteRows(options: {
  text: string;
  actions: readonly PaletteItem[];
  tabs: readonly PaletteItem[];
  settings: readonly PaletteItem[];
}): readonly RankedItem[] {
  const { text, actions, tabs, settings } = options;
  const onlyActions = text.startsWith('>');
  const query = (onlyActions ? text.slice(1) : text).trim();
  const found = useFoundResources(onlyActions ? undefined : query);
  const uses = useUses();
  const toItem = useResourceItem();
  const links = useRequestLinks(query);
  return useMemo(() => {
    if (links.length > 0) return links;
    // Settings are many: without words they would only hide the rest.
    const own = onlyActions
      ? actions
      : query === ''
        ? [...tabs, ...actions]
        : [...tabs, ...actions, ...settings];
    const ranked = rankItems(own, query, uses);
    const resources = found.map(({ resource, score, ranges }): RankedItem => {
      const item = toItem(resource);
      const shift = item.name.length - resource.name.length;
      return { item, score, ranges: ranges.map(([start, end]) => [start + shift, end + shift] as const) };
    });
    return query === '' ? [...resources.slice(0, 5), ...ranked] : mergeRanked(resources, ranked);
  }, [onlyActions, query, actions, tabs, settings, found, uses, toItem, links]);
}

/** What a pasted link or id of an access request opens. */
function useRequestLinks(query: string): readonly RankedItem[] {
  const signedIn = useSignedIn();
  const clusters = useAppState((state) => state.clusters);
  const { show } = useRequestCalls();
  return useMemo(() => {
    const accounts = signedIn.map((account) => account.uri);
    return requestLinks(query, accounts).map((uri): RankedItem => {
      const parts = parseRequestUri(uri);
      const item = {
        // No tab of its own: it counts as one, which is gone tomorrow.
        id: `tab:${uri}`,
        name: `Show request ${parts?.id.slice(0, 8) ?? ''}`,
        hint: [clusters[clusterOf(uri)]?.name, parts?.userName].filter(Boolean).join(' · '),
        run: () => show(uri),
      };
      return { item, score: 0, ranges: [] };
    });
  }, [query, signedIn, clusters, show]);
}

/** Of equals the resource goes first: to reach one is what the app is for. */
function mergeRanked(a: readonly RankedItem[], b: readonly RankedItem[]): readonly RankedItem[] {
  return [...a, ...b].sort((one, other) => other.score - one.score);
}

function useUses(): Uses {
  const session = useSession();
  const [uses, setUses] = useState<Uses>({});
  useEffect(() => {
    let isCurrent = true;
    void session
      .call((api) => api.palette.uses())
      .then((all) => isCurrent && setUses(all))
      .catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [session]);
  return uses;
}

function useResourceItem(): (resource: Resource) => PaletteItem {
  const clusters = useAppState((state) => state.clusters);
  const openShell = useOpenShell('search_bar');
  const ui = useUi();
  return useMemo(
    () => (resource) => {
      const account = accountOf(resource.uri);
      const login = resource.lastLogin ?? resource.logins[0];
      const kind = words[resource.kind];
      const cluster = clusters[clusterOf(resource.uri)]?.name ?? '';
      const userName = parseAccountUri(account)?.userName ?? '';
      return {
        id: `resource:${resource.uri}`,
        name: resource.kind === 'server' && login ? `${login}@${resource.name}` : resource.name,
        hint: [kind, cluster, userName].filter(Boolean).join(' · '),
        run: () => {
          if (resource.kind !== 'server') ui.ask({ kind: 'connect', resource, origin: 'search_bar' });
          else if (login) void openShell(resource.uri, resource.name, login);
        },
      };
    },
    // A new function for every rendering of the list would rank it again.
    [clusters, ui],
  );
}
