import { useMemo } from 'react';
import type { AccountInfo, ClusterInfo } from '../../shared/contract/clusters.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { useAppState } from './store.ts';

/** Every account that is signed in. */
export function useSignedIn(): readonly AccountInfo[] {
  const accounts = useAppState((state) => state.accounts);
  return useMemo(
    () => Object.values(accounts).filter((account) => account.status === 'signed-in'),
    [accounts],
  );
}

/** Names an account where several are in sight. */
export function useAccountLook(uri: AccountUri): { userName: string; cluster: ClusterInfo | undefined } {
  const account = useAppState((state) => state.accounts[uri]);
  const cluster = useAppState((state) => state.clusters[account?.clusterUri ?? ('' as never)]);
  return { userName: account?.userName ?? '', cluster };
}
