import { accountOf, type ResourceUri } from '../../shared/uri/uri.ts';
import { estimateTerminalSize } from './terminal-size.ts';
import { useSession } from './store.ts';
import type { UsageOrigin } from '../../shared/contract/usage-data.ts';
import { useUi } from './ui-state.ts';

/** Opens a shell in a tab of its own; asks for a sign-in first where one is needed, and goes on. */
export function useOpenShell(
  origin: UsageOrigin = 'resource_table',
): (serverUri: ResourceUri, serverName: string, login: string) => Promise<void> {
  const session = useSession();
  const ui = useUi();
  return (serverUri, serverName, login) =>
    ui.guard(accountOf(serverUri), async () => {
      await session.call((api) =>
        api.shells.open({ serverUri, serverName, login, size: estimateTerminalSize(), origin }),
      );
    });
}
