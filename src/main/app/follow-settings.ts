import { type Disposable, toDisposable } from '../../shared/lifecycle/disposable.ts';
import type { Host } from '../host/host.ts';
import { setKeepAlive } from '../protocol/net/keep-alive.ts';
import type { SettingsService } from '../settings/settings-service.ts';

/** Where the host can make the page larger, it follows the settings. */
export function followZoom(host: Host, settings: SettingsService): Disposable {
  const apply = () => host.zoom?.(settings.values['appearance.zoom'] / 100);
  apply();
  return settings.onChange(apply);
}

/** Connections are tested as often as the settings say. */
export function followKeepAlive(settings: SettingsService): Disposable {
  const apply = () => setKeepAlive(settings.values['connections.keepAliveSeconds'] * 1_000);
  apply();
  const subscription = settings.onChange(apply);
  return toDisposable(() => {
    subscription.dispose();
    setKeepAlive();
  });
}
