import { startUsageCollector, type UsageCollectorOptions } from '../../cluster/usage-collector.ts';
import type { UsageDataInfo } from '../../shared/contract/usage-data.ts';
import { formatAccountUri } from '../../shared/uri/uri.ts';
import type { Host } from '../host/host.ts';
import { silentLogger } from '../log/log.ts';
import {
  createUsageCollector,
  type UsageCollectorOptions as ClientOptions,
} from '../protocol/client/usage-collector.ts';
import { StateHub } from '../state/state-hub.ts';
import { ConsentStore } from '../telemetry/consent-store.ts';
import type { UsageEvent } from '../telemetry/events.ts';
import { InstallationId } from '../telemetry/installation-id.ts';
import { type QueueLimits, queueLimits } from '../telemetry/usage-queue.ts';
import { UsageService, type UsageServiceOptions } from '../telemetry/usage-service.ts';
import { makeHost } from './host.ts';

export const usageAccount = formatAccountUri({
  address: 'secret-host.example:443',
  userName: 'alice@secret.example',
});
export const usageClusterId = '7e0b1d2c-3f4a-4b5c-8d6e-9f0a1b2c3d4e';
export const login = {
  kind: 'cluster_login',
  account: usageAccount,
  connectorType: 'local',
} as const satisfies UsageEvent;
/** Everything is due at once, and tried again at once. */
export const quick: QueueLimits = {
  ...queueLimits,
  dueCount: 1,
  backoffMs: 5,
  longestBackoffMs: 20,
  offlineMs: 5,
};

export interface UsageWorldOptions extends Partial<UsageServiceOptions> {
  readonly host?: Host;
  readonly collectorOptions?: UsageCollectorOptions;
  readonly client?: ClientOptions;
  /** Where events go instead of the collector's own address. */
  readonly sendTo?: string;
}

/** The service on real files, and a real collector beside it. */
export async function startUsageWorld(options: UsageWorldOptions = {}) {
  const { host = makeHost(), collectorOptions, client, sendTo, ...others } = options;
  const collector = await startUsageCollector(collectorOptions);
  const hub = new StateHub({} as never);
  const service = new UsageService({
    hub,
    log: silentLogger,
    now: () => new Date(),
    consent: new ConsentStore(host.openStore('usage-data'), silentLogger),
    installation: new InstallationId(host.dataFolder),
    device: { arch: 'x64', os: 'linux', osVersion: '6.1', appVersion: '0.1.0' },
    collector: collector.address,
    forcedOffBy: undefined,
    submit: createUsageCollector(sendTo ?? collector.address, client),
    subject: async () => ({
      clusterName: 'secret.example',
      userName: 'alice@secret.example',
      clusterId: usageClusterId,
    }),
    limits: quick,
    ...others,
  });
  return {
    collector,
    service,
    host,
    info: (): UsageDataInfo => hub.state.usageData,
    async stop() {
      await service.dispose();
      await collector.stop();
    },
  };
}
