import { Menu } from '@base-ui/react/menu';
import { Check, ChevronDown, Fingerprint, LogIn, LogOut, Plus, Trash2, UserPlus } from 'lucide-react';
import type { AccountInfo, ClusterInfo } from '../../../shared/contract/clusters.ts';
import { toAppError } from '../../client/api.ts';
import { useActiveAccount, useAppState, useClusterOf, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { ClusterDot } from './cluster-dot.tsx';

/** Every cluster and every user on it: switch, sign in, sign out, add, remove. */
export function ClusterSwitcher() {
  const account = useActiveAccount();
  const cluster = useClusterOf(account?.uri);
  const clusters = useAppState((state) => state.clusters);
  const accounts = useAppState((state) => state.accounts);
  const ui = useUi();
  const session = useSession();
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const all = Object.values(clusters);
  return (
    <Menu.Root>
      <Menu.Trigger className="switcher">
        {cluster ? <ClusterDot cluster={cluster} /> : <span className="dot" data-shape="ring" />}
        <strong className="clip">{cluster?.name ?? 'No cluster'}</strong>
        {account && <span className="muted clip">{account.userName}</span>}
        <span className="hidden-text">, clusters and users</span>
        <ChevronDown size={14} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="positioner" sideOffset={4} align="start">
          <Menu.Popup className="popup" aria-label="Clusters and users">
            {all.map((entry) => (
              <ClusterGroup
                key={entry.uri}
                cluster={entry}
                accounts={Object.values(accounts).filter((candidate) => candidate.clusterUri === entry.uri)}
                active={account}
                run={run}
              />
            ))}
            {all.length > 0 && <Menu.Separator className="menu-line" />}
            <Menu.Item className="menu-item" onClick={() => ui.ask({ kind: 'add-cluster' })}>
              <Plus size={14} aria-hidden /> Add a cluster
            </Menu.Item>
            {Object.keys(accounts).length > 1 && (
              <Menu.Item className="menu-item" onClick={() => run((api) => api.clusters.signOutAll())}>
                <LogOut size={14} aria-hidden /> Sign out everywhere
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

type Run = (work: Parameters<ReturnType<typeof useSession>['call']>[0]) => void;

function ClusterGroup(props: {
  cluster: ClusterInfo;
  accounts: AccountInfo[];
  active: AccountInfo | undefined;
  run: Run;
}) {
  const { cluster, accounts, active, run } = props;
  const ui = useUi();
  const demo = useAppState((state) => state.app.demo);
  // The demo's users sign in without typing.
  const others = (cluster.isDemo && accounts.length > 0 ? (demo?.users ?? []) : []).filter(
    ({ accountUri }) => !accounts.some(({ uri, status }) => uri === accountUri && status === 'signed-in'),
  );
  return (
    <Menu.Group>
      <Menu.GroupLabel className="menu-group line">
        <ClusterDot cluster={cluster} />
        <span className="grow clip">{cluster.name}</span>
        <span>{cluster.isDemo ? 'on this machine' : cluster.address}</span>
      </Menu.GroupLabel>
      {accounts.map((account) => (
        <AccountItems key={account.uri} account={account} isActive={account.uri === active?.uri} run={run} />
      ))}
      {others.map(({ userName }) => (
        <Menu.Item
          key={userName}
          className="menu-item"
          onClick={() => run((api) => api.clusters.signIn({ kind: 'demo', userName }))}
        >
          <LogIn size={14} aria-hidden /> Sign in as {userName}
        </Menu.Item>
      ))}
      <Menu.Item
        className="menu-item"
        onClick={() => ui.ask({ kind: 'sign-in', clusterUri: cluster.uri, userName: '' })}
      >
        {accounts.length > 0 ? <UserPlus size={14} aria-hidden /> : <LogIn size={14} aria-hidden />}
        {accounts.length > 0 ? 'Sign in as another user' : 'Sign in'}
      </Menu.Item>
      {!cluster.isDemo && (
        <Menu.Item
          className="menu-item"
          onClick={() => run((api) => api.clusters.remove({ clusterUri: cluster.uri }))}
        >
          <Trash2 size={14} aria-hidden /> Remove {cluster.name}
        </Menu.Item>
      )}
    </Menu.Group>
  );
}

function AccountItems({ account, isActive, run }: { account: AccountInfo; isActive: boolean; run: Run }) {
  const ui = useUi();
  const needsSignIn = account.status !== 'signed-in';
  return (
    <>
      <Menu.Item
        className="menu-item"
        onClick={() => {
          run((api) => api.clusters.activate({ accountUri: account.uri }));
          if (needsSignIn)
            ui.ask({ kind: 'sign-in', clusterUri: account.clusterUri, userName: account.userName });
        }}
      >
        {isActive ? <Check size={14} aria-hidden /> : <span style={{ width: 14 }} />}
        <span className="grow clip">{account.userName}</span>
        {needsSignIn && (
          <span className="muted">{account.status === 'expired' ? 'expired' : 'signed out'}</span>
        )}
        {isActive && <span className="hidden-text">, in front</span>}
      </Menu.Item>
      {!needsSignIn && (
        <Menu.Item className="menu-item" onClick={() => ui.ask({ kind: 'devices', accountUri: account.uri })}>
          <Fingerprint size={14} aria-hidden /> Second factors of {account.userName}
        </Menu.Item>
      )}
      <Menu.Item
        className="menu-item"
        onClick={() => run((api) => api.clusters.signOut({ accountUri: account.uri }))}
      >
        <LogOut size={14} aria-hidden /> Sign out {account.userName}
      </Menu.Item>
    </>
  );
}
