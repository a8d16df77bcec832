import { accountOf, type ResourceUri } from '../../shared/uri/uri.ts';
import { useSession } from './store.ts';
import { useOpenLink } from './use-open-link.ts';
import type { UsageOrigin } from '../../shared/contract/usage-data.ts';
import { useUi } from './ui-state.ts';

/** Opens an HTTP app in the browser, through its local address or through the proxy's own web page. */
export function useOpenApp(
  origin: UsageOrigin = 'resource_table',
): (resourceUri: ResourceUri, through: 'tunnel' | 'proxy') => Promise<void> {
  const session = useSession();
  const ui = useUi();
  const openLink = useOpenLink();
  return (resourceUri, through) =>
    ui.guard(accountOf(resourceUri), async () => {
      const { url } = await session.call((api) => api.tunnels.openApp({ resourceUri, through, origin }));
      openLink(url);
    });
}
