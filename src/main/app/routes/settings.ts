import type { SettingsService } from '../../settings/settings-service.ts';
import type { Implementer } from './implementer.ts';

export function settingsRoutes({ settings: os }: Implementer, settings: SettingsService) {
  return {
    set: os.set.handler(({ input }) => settings.set(input.values)),
    reset: os.reset.handler(({ input }) => settings.reset(input.names)),
    putAside: os.putAside.handler(() => ({ path: settings.putAside() })),
    bindKeys: os.bindKeys.handler(({ input }) => settings.bindKeys(input.changes)),
    setHttpProxyPassword: os.setHttpProxyPassword.handler(({ input }) =>
      settings.setHttpProxyPassword(input.password),
    ),
  };
}
