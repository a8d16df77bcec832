import { Command } from 'cmdk';
import { useEffect, useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import type { AccountInfo } from '../../../shared/contract/clusters.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useOpenShell } from '../../state/use-open-shell.ts';
import { useUi } from '../../state/ui-state.ts';
import { Keys } from '../../ui/keys.tsx';
import type { PaletteItem } from './palette-item.ts';
import './palette.css';

const searchPauseMs = 120;
const shownResources = 8;

/** One field for everything: resources of all clusters, tabs, actions. `>` leaves only the actions. */
export function CommandPalette(props: {
  actions: readonly PaletteItem[];
  tabs: readonly PaletteItem[];
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const onlyActions = text.startsWith('>');
  const found = useResources(onlyActions ? '' : text);
  const openShell = useOpenShell('search_bar');
  const ui = useUi();
  const connect = (resource: Resource) => {
    const login = resource.lastLogin ?? resource.logins[0];
    if (resource.kind !== 'server') ui.ask({ kind: 'connect', resource, origin: 'search_bar' });
    else if (login) void openShell(resource.uri, resource.name, login);
  };
  const pick = (work: () => void) => {
    props.onClose();
    work();
  };
  const query = (onlyActions ? text.slice(1) : text).trim().toLowerCase();
  const matches = (name: string) => query.split(/\s+/).every((word) => name.toLowerCase().includes(word));
  const actions = props.actions.filter((action) => matches(action.name));
  const tabs = onlyActions ? [] : props.tabs.filter((tab) => matches(tab.name));
  const first =
    found[0]?.resource.uri ??
    (tabs[0] ? valueOf('Tabs', 0, tabs[0]) : actions[0] && valueOf('Actions', 0, actions[0])) ??
    '';
  // What comes first is chosen whenever the list changes: Enter does what is on top.
  useEffect(() => setChosen(first), [first]);
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      shouldFilter={false}
      value={chosen}
      onValueChange={setChosen}
      label="Search resources, run commands"
      overlayClassName="veil"
      contentClassName="palette"
      loop
    >
      <Command.Input
        className="palette-input"
        value={text}
        onValueChange={setText}
        aria-label="Search resources, run commands"
        placeholder="Search resources, run commands"
      />
      <Command.List className="palette-list" label="Results">
        <Command.Empty className="palette-empty">Nothing matches.</Command.Empty>
        {found.length > 0 && (
          <Command.Group heading="Resources">
            {found.map(({ resource, account, cluster }) => (
              <Command.Item
                key={resource.uri}
                value={resource.uri}
                className="menu-item"
                onSelect={() => pick(() => connect(resource))}
              >
                <span className="grow clip">{nameOf(resource)}</span>
                <span className="muted">
                  {resource.kind === 'server' ? '' : `${words[resource.kind]} · `}
                  {cluster} · {account.userName}
                </span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <PaletteGroup heading="Tabs" items={tabs} pick={pick} />
        <PaletteGroup heading="Actions" items={actions} pick={pick} />
      </Command.List>
    </Command.Dialog>
  );
}

/** How rows name their kind; a server shows its login instead. */
const words = { server: '', database: 'database', kubernetes: 'Kubernetes', app: 'app', desktop: 'desktop' };

function nameOf(resource: Resource): string {
  const login = resource.lastLogin ?? resource.logins[0];
  return resource.kind === 'server' && login ? `${login}@${resource.name}` : resource.name;
}

function valueOf(heading: string, index: number, item: PaletteItem): string {
  return `${heading}-${index}-${item.name}`.toLowerCase();
}

function PaletteGroup(props: {
  heading: string;
  items: readonly PaletteItem[];
  pick: (work: () => void) => void;
}) {
  if (props.items.length === 0) return null;
  return (
    <Command.Group heading={props.heading}>
      {props.items.map((item, index) => (
        <Command.Item
          key={`${item.name}-${index}`}
          value={valueOf(props.heading, index, item)}
          className="menu-item"
          onSelect={() => props.pick(item.run)}
        >
          <span className="grow clip">{item.name}</span>
          <Keys chord={item.chord} />
        </Command.Item>
      ))}
    </Command.Group>
  );
}

interface Found {
  readonly resource: Resource;
  readonly account: AccountInfo;
  readonly cluster: string;
}

/** The first resources that match, of every account that is signed in. */
function useResources(text: string): readonly Found[] {
  const session = useSession();
  const accounts = useAppState((state) => state.accounts);
  const clusters = useAppState((state) => state.clusters);
  const [found, setFound] = useState<readonly Found[]>([]);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      const signedIn = Object.values(accounts).filter((account) => account.status === 'signed-in');
      const lists = await Promise.all(
        signedIn.map((account) =>
          session
            .call((api) =>
              api.resources.list({
                accountUri: account.uri,
                kinds: ['server', 'database', 'kubernetes', 'app'],
                search: text,
                sort: { field: 'name', descending: false },
                limit: shownResources,
              }),
            )
            .then((page) =>
              page.items.map((resource) => ({
                resource,
                account,
                cluster: clusters[account.clusterUri]?.name ?? '',
              })),
            )
            .catch(() => []),
        ),
      );
      if (isCurrent) setFound(lists.flat());
    }, searchPauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [session, accounts, clusters, text]);
  return found;
}
