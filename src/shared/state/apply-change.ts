import type { AppState, StateChange, StateEvent } from '../contract/state.ts';
import { unreachable } from '../errors/app-error.ts';

/** The state after an event. Untouched slices keep their identity, so that views can compare by reference. */
export function applyStateEvent(current: AppState | undefined, event: StateEvent): AppState | undefined {
  if (event.kind === 'snapshot') return event.state;
  return current && event.changes.reduce(applyChange, current);
}

export function applyChange(state: AppState, change: StateChange): AppState {
  switch (change.slice) {
    case 'app':
      return { ...state, app: change.value };
    case 'workspace':
      return { ...state, workspace: change.value };
    case 'usageData':
      return { ...state, usageData: change.value };
    case 'settings':
      return { ...state, settings: change.value };
    case 'clusters':
      return { ...state, clusters: put(state.clusters, change.key, change.value) };
    case 'accounts':
      return { ...state, accounts: put(state.accounts, change.key, change.value) };
    case 'shells':
      return { ...state, shells: put(state.shells, change.key, change.value) };
    case 'tunnels':
      return { ...state, tunnels: put(state.tunnels, change.key, change.value) };
    case 'tunnelGroups':
      return { ...state, tunnelGroups: put(state.tunnelGroups, change.key, change.value) };
    case 'prompts':
      return { ...state, prompts: put(state.prompts, change.key, change.value) };
    case 'requests':
      return { ...state, requests: put(state.requests, change.key, change.value) };
    case 'followings':
      return { ...state, followings: put(state.followings, change.key, change.value) };
    case 'notices':
      return { ...state, notices: put(state.notices, change.key, change.value) };
    case 'carts':
      return { ...state, carts: put(state.carts, change.key, change.value) };
    case 'filePanes':
      return { ...state, filePanes: put(state.filePanes, change.key, change.value) };
    case 'fileEdits':
      return { ...state, fileEdits: put(state.fileEdits, change.key, change.value) };
    case 'transfers':
      return { ...state, transfers: put(state.transfers, change.key, change.value) };
    default:
      return unreachable(change);
  }
}

function put<K extends string, V>(map: Record<K, V>, key: K, value: V | null): Record<K, V> {
  const next = { ...map };
  if (value === null) delete next[key];
  else next[key] = value;
  return next;
}
