import type { Host } from '../host/host.ts';
import type { Log, Logger } from '../log/log.ts';
import { asProse } from '../log/log-value.ts';
import type { ResourceService } from '../resources/resource-service.ts';
import type { DeviceService } from '../second-factor/device-service.ts';
import type { SettingsService } from '../settings/settings-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { UsageService } from '../telemetry/usage-service.ts';
import type { Diagnostics } from './diagnostics.ts';
import { watchLog } from './log-feed.ts';
import type { Requests } from './requests.ts';
import { type ClusterRoutesServices, clusterRoutes } from './routes/clusters.ts';
import { deviceRoutes } from './routes/devices.ts';
import { type FileRoutesServices, fileRoutes } from './routes/files.ts';
import { createImplementer } from './routes/implementer.ts';
import { type PaletteRoutesServices, paletteRoutes } from './routes/palette.ts';
import { type PromptRoutesServices, promptRoutes } from './routes/prompts.ts';
import { requestRoutes } from './routes/requests.ts';
import { settingsRoutes } from './routes/settings.ts';
import { type ShellRoutesServices, shellRoutes } from './routes/shells.ts';
import { type TransferRoutesServices, transferRoutes } from './routes/transfers.ts';
import { type TunnelRoutesServices, tunnelRoutes } from './routes/tunnels.ts';
import { usageDataRoutes } from './routes/usage-data.ts';
import { type WorkspaceRoutesServices, workspaceRoutes } from './routes/workspace.ts';

export interface RouterServices
  extends ClusterRoutesServices,
    FileRoutesServices,
    PaletteRoutesServices,
    PromptRoutesServices,
    ShellRoutesServices,
    TransferRoutesServices,
    TunnelRoutesServices,
    WorkspaceRoutesServices {
  readonly host: Host;
  readonly log: Logger;
  readonly logBook: Log;
  readonly diagnostics: Diagnostics;
  readonly hub: StateHub;
  readonly resources: ResourceService;
  readonly settings: SettingsService;
  readonly usage: UsageService;
  readonly requests: Requests;
  readonly devices: DeviceService;
}

/** What each call of the contract does: one file a domain in `routes/`. */
export function createRouter(services: RouterServices) {
  const { host, log, logBook, diagnostics, hub, resources, settings, usage } = services;
  const os = createImplementer(log);
  return os.router({
    app: {
      openExternal: os.app.openExternal.handler(({ input }) => host.openExternal(input.url)),
      reportProblem: os.app.reportProblem.handler(({ input }) =>
        log.in('page').warn('page-problem', { message: asProse(input.message), stack: asProse(input.stack) }),
      ),
    },
    state: {
      watch: os.state.watch.handler(({ signal }) => hub.watch(signal)),
    },
    diagnostics: {
      watch: os.diagnostics.watch.handler(({ signal }) => diagnostics.watch(signal)),
      report: os.diagnostics.report.handler(({ input }) => ({ text: diagnostics.report(input.withNames) })),
    },
    log: {
      watch: os.log.watch.handler(({ signal }) => watchLog(logBook, signal)),
    },
    resources: {
      list: os.resources.list.handler(({ input, signal }) => resources.list(input, signal)),
    },
    clusters: clusterRoutes(os, services),
    devices: deviceRoutes(os, services.devices),
    files: fileRoutes(os, services),
    palette: paletteRoutes(os, services),
    prompts: promptRoutes(os, services),
    requests: requestRoutes(os, services.requests, services.usageEvents),
    settings: settingsRoutes(os, settings),
    shells: shellRoutes(os, services),
    transfers: transferRoutes(os, services),
    tunnels: tunnelRoutes(os, services),
    usageData: usageDataRoutes(os, usage, hub),
    workspace: workspaceRoutes(os, services),
  });
}
