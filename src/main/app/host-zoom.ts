import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { Host } from '../host/host.ts';
import type { SettingsService } from '../settings/settings-service.ts';

/** Where the host can make the page larger, it follows the settings. */
export function followZoom(host: Host, settings: SettingsService): Disposable {
  const apply = () => host.zoom?.(settings.values['appearance.zoom'] / 100);
  apply();
  return settings.onChange(apply);
}
