import { toAppError } from '../../client/api.ts';
import { estimateTerminalSize } from '../../state/terminal-size.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';

/** What a person can do with a tunnel. Failures that have no place of their own become notices. */
export function useTunnelCalls(tunnel: TunnelInfo) {
  const session = useSession();
  const ui = useUi();
  const tunnelId = tunnel.id;
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const guarded = (work: Parameters<typeof session.call>[0]) =>
    void ui.guard(tunnel.accountUri, async () => {
      await session.call(work);
    });
  return {
    close: () => run((api) => api.tunnels.close({ tunnelId })),
    show: () => run((api) => api.tunnels.show({ tunnelId })),
    forget: () => run((api) => api.tunnels.forget({ tunnelId })),
    listen: () => guarded((api) => api.tunnels.listen({ tunnelId })),
    tryAgain: () => guarded((api) => api.tunnels.open({ target: tunnel.target })),
    runCommand: (command: number) =>
      run((api) => api.tunnels.run({ tunnelId, command, size: estimateTerminalSize() })),
    openKubeShell: () => run((api) => api.tunnels.openKubeShell({ tunnelId, size: estimateTerminalSize() })),
    setPort: (port: number) => session.call((api) => api.tunnels.setPort({ tunnelId, port })),
    suggestPort: () => session.call((api) => api.tunnels.suggestPort({ tunnelId })),
    setDatabaseName: (databaseName: string) =>
      session.call((api) => api.tunnels.setDatabaseName({ tunnelId, databaseName })),
    explain: () => ui.ask({ kind: 'explain', resourceUri: tunnel.target.resourceUri, name: tunnel.name }),
    /** Asks for the sign-in that the tunnel needs, and brings it up. */
    signIn: (reason: string) =>
      ui.ask({
        kind: 'sign-in',
        clusterUri: clusterOf(tunnel.accountUri),
        userName: parseAccountUri(tunnel.accountUri)?.userName ?? '',
        reason,
        afterwards: () => guarded((api) => api.tunnels.open({ target: tunnel.target })),
      }),
  };
}

export type TunnelCalls = ReturnType<typeof useTunnelCalls>;
