import { arch, release } from 'node:os';
import type { UsageDataInfo } from '../../shared/contract/usage-data.ts';
import { type AccountUri, clusterOf } from '../../shared/uri/uri.ts';
import type { AccountService } from '../clusters/account-service.ts';
import type { Host } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { createUsageCollector } from '../protocol/client/usage-collector.ts';
import type { StateHub } from '../state/state-hub.ts';
import { ConsentStore } from '../telemetry/consent-store.ts';
import { InstallationId } from '../telemetry/installation-id.ts';
import { defaultPolicyPath, whatForcesOff } from '../telemetry/policy.ts';
import type { UsageSubject } from '../telemetry/subject.ts';
import { UsageService } from '../telemetry/usage-service.ts';
import type { AppOptions } from './app.ts';
import { canReach } from './network.ts';

/** Before the service has spoken. */
export const initialUsageData: UsageDataInfo = {
  consent: 'undecided',
  asksForConsent: false,
  asksForJobRole: false,
  mutedClusters: [],
  counts: { queued: 0, sent: 0, dropped: 0 },
  recent: [],
};

export interface UsageParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly accounts: AccountService;
  readonly options: AppOptions;
}

/** The sender of usage data. The ids of clusters stay in the closure below. */
export function createUsage({ host, hub, log, now, accounts, options }: UsageParts): UsageService {
  const collector = options.usageCollector || undefined;
  const clusterIds = new Map<string, string>();
  const subject = async (account: AccountUri): Promise<UsageSubject> => {
    const { clusterName, userName } = accounts.identity(account);
    const cluster = clusterOf(account);
    const clusterId = clusterIds.get(cluster) ?? (await accounts.connections(account).clusterId());
    clusterIds.set(cluster, clusterId);
    return { clusterName, userName, clusterId };
  };
  return new UsageService({
    hub,
    log,
    now,
    consent: new ConsentStore(host.openStore('usage-data'), log),
    installation: new InstallationId(host.dataFolder),
    device: { arch: arch(), os: host.platform, osVersion: release(), appVersion: options.version },
    collector,
    forcedOffBy: whatForcesOff(process.env, options.policyPath ?? defaultPolicyPath(host.platform)),
    isOnline: () => collector !== undefined && canReach(collector),
    submit: collector ? createUsageCollector(collector) : () => Promise.reject(new Error('no collector')),
    subject,
  });
}
