import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AccountInfo, ClusterInfo } from '../../shared/contract/clusters.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { applyStateEvent } from '../../shared/state/apply-change.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { clusterOf } from '../../shared/uri/uri.ts';
import type { LinkState, Session } from '../client/session.ts';

/** The page's read-only copy of the main process's state. */
export class AppStore {
  readonly session: Session;
  readonly #listeners = new Set<() => void>();
  #state: AppState | undefined;

  constructor(session: Session) {
    this.session = session;
    session.onState((event) => {
      this.#state = applyStateEvent(this.#state, event);
      this.#notify();
    });
    session.onLink(() => this.#notify());
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = () => this.#state;
  readonly getLink = (): LinkState => this.session.link;

  #notify(): void {
    for (const listener of Array.from(this.#listeners)) listener();
  }
}

export const StoreContext = createContext<AppStore | undefined>(undefined);

export function useStore(): AppStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error('There is no store above this component.');
  return store;
}

export function useSession(): Session {
  return useStore().session;
}

/** A part of the state; the view renders again when this part changes. */
export function useAppState<T>(select: (state: AppState) => T): T {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => {
    const state = store.get();
    if (!state) throw new Error('The state is not there yet.');
    return select(state);
  });
}

export function useHasState(): boolean {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => store.get() !== undefined);
}

export function useLink(): LinkState {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.getLink);
}

export function useActiveAccount(): AccountInfo | undefined {
  return useAppState((state) => {
    const uri = state.workspace.activeAccountUri;
    return uri && state.accounts[uri];
  });
}

export function useClusterOf(account: AccountUri | undefined): ClusterInfo | undefined {
  return useAppState((state) => (account ? state.clusters[clusterOf(account)] : undefined));
}
