import { useCallback } from 'react';
import type { AppState } from '../../shared/contract/state.ts';
import { toAppError } from '../client/api.ts';
import { useSession, useStore } from './store.ts';
import { isEnded } from './transfer-state.ts';
import { useUi } from './ui-state.ts';

/** Closes a tab; asks first when files are being copied that began in it. */
export function useCloseTab(): (tabId: string) => void {
  const session = useSession();
  const store = useStore();
  const ui = useUi();
  return useCallback(
    (tabId) => {
      const transferIds = transfersOf(store.get(), tabId);
      if (transferIds.length > 0) {
        ui.ask({ kind: 'close-with-transfers', tabId, transferIds });
        return;
      }
      void session
        .call((api) => api.workspace.closeTab({ tabId }))
        .catch((error: unknown) => ui.report(toAppError(error)));
    },
    [session, store, ui],
  );
}

/** What runs between this machine and the server of a tab, unless another tab of the same server stays open. */
function transfersOf(state: AppState | undefined, tabId: string): readonly string[] {
  if (!state) return [];
  const places = state.workspace.tabs.map((tab) => ({ id: tab.id, place: placeOf(state, tab.id) }));
  const place = places.find((one) => one.id === tabId)?.place;
  if (place === undefined || places.some((one) => one.id !== tabId && one.place === place)) return [];
  return Object.values(state.transfers)
    .filter((transfer) => `${transfer.serverUri} ${transfer.login}` === place && !isEnded(transfer))
    .map((transfer) => transfer.id);
}

/** The server and login of a tab that has files. */
function placeOf(state: AppState, tabId: string): string | undefined {
  const tab = state.workspace.tabs.find((one) => one.id === tabId);
  const pane =
    tab?.kind === 'files'
      ? state.filePanes[tab.paneId]
      : tab?.kind === 'shell'
        ? Object.values(state.filePanes).find((one) => one.shellId === tab.shellId)
        : undefined;
  return pane && `${pane.serverUri} ${pane.login}`;
}
