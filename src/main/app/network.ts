import { networkInterfaces } from 'node:os';
import { isBypassed, setDialRoute } from '../protocol/net/http-proxy.ts';
import type { SettingsService } from '../settings/settings-service.ts';
import type { StateHub } from '../state/state-hub.ts';

/** Connections to clusters go through the HTTP proxy of the settings, as they are at that moment. */
export function routeThroughProxy(hub: StateHub, settings: SettingsService): () => void {
  return setDialRoute((host) => {
    const { values } = hub.state.settings;
    const url = values['network.httpProxy'];
    if (url === '' || isBypassed(host, values['network.noProxy'])) return undefined;
    return { url, user: values['network.httpProxyUser'], password: settings.httpProxyPassword() ?? '' };
  });
}

/** Whether something outside this machine could be reached at all; an address of this machine always can. */
export function canReach(url: string): boolean {
  if (isBypassed(new URL(url).hostname, [])) return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => !one.internal));
}
