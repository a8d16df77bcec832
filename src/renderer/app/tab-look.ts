import type { AppState } from '../../shared/contract/state.ts';
import type { Tab } from '../../shared/contract/workspace.ts';
import { accountOf, type AccountUri, parseRequestUri } from '../../shared/uri/uri.ts';
import { requestLook, summaryOf, titleOf } from '../state/request-words.ts';
import { tunnelLook, tunnelTitle } from '../features/tunnels/tunnel-look.ts';

export interface TabLook {
  readonly title: string;
  /** Its state as a word; empty when all is well. */
  readonly word: string;
  readonly shape: 'round' | 'ring' | 'square';
  readonly accountUri?: AccountUri | undefined;
}

/** How a tab presents its document. A shell has a default name until its program sets a title. */
export function tabLook(
  tab: Tab,
  state: Pick<AppState, 'shells' | 'tunnels' | 'requests' | 'filePanes'>,
): TabLook {
  if (tab.kind === 'resources') return { title: 'Resources', word: '', shape: 'round' };
  if (tab.kind === 'settings') return { title: 'Settings', word: '', shape: 'round' };
  if (tab.kind === 'requests') return { title: 'Requests', word: '', shape: 'round' };
  if (tab.kind === 'request') {
    const request = state.requests[tab.requestUri];
    const id = parseRequestUri(tab.requestUri)?.id.slice(-6) ?? '';
    const accountUri = accountOf(tab.requestUri);
    if (!request) return { title: `Request ${id}`, word: '', shape: 'ring', accountUri };
    const { word, shape } = requestLook(request);
    // A narrow place: the count alone.
    return {
      title: request.isOwn ? summaryOf(request) : titleOf(request),
      word: word.replace(/ approvals$/, ''),
      shape,
      accountUri,
    };
  }
  if (tab.kind === 'files') {
    const pane = state.filePanes[tab.paneId];
    if (!pane) return { title: 'Files', word: '', shape: 'ring' };
    const { kind } = pane.status;
    return {
      title: `Files of ${pane.login}@${pane.serverName}`,
      word: kind === 'ready' ? '' : kind,
      shape: kind === 'ready' ? 'round' : kind === 'connecting' ? 'ring' : 'square',
      accountUri: pane.accountUri,
    };
  }
  if (tab.kind === 'tunnel') {
    const tunnel = state.tunnels[tab.tunnelId];
    if (!tunnel) return { title: 'Tunnel', word: '', shape: 'ring' };
    const { word, shape } = tunnelLook(tunnel.status);
    return {
      title: tunnelTitle(tunnel),
      word: tunnel.status.kind === 'ready' ? '' : word,
      shape,
      accountUri: tunnel.accountUri,
    };
  }
  const shell = state.shells[tab.shellId];
  if (!shell) return { title: tab.title || 'Shell', word: '', shape: 'ring' };
  const { target, status, accountUri } = shell;
  const name = target.kind === 'server' ? `${target.login}@${target.serverName}` : target.title;
  const word = status.kind === 'open' ? '' : status.kind;
  const shape = status.kind === 'ended' ? 'square' : status.kind === 'connecting' ? 'ring' : 'round';
  return { title: tab.title || name, word, shape, accountUri };
}
