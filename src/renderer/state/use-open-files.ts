import { accountOf, type ResourceUri } from '../../shared/uri/uri.ts';
import { useSession } from './store.ts';
import { useUi } from './ui-state.ts';

/** Opens the files of a server in a tab of their own; asks for a sign-in first where one is needed. */
export function useOpenFiles(): (serverUri: ResourceUri, serverName: string, login: string) => Promise<void> {
  const session = useSession();
  const ui = useUi();
  return (serverUri, serverName, login) =>
    ui.guard(accountOf(serverUri), async () => {
      await session.call((api) => api.files.openTab({ serverUri, serverName, login }));
    });
}
