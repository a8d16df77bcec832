import { type AccountUri, clusterOf } from '../../shared/uri/uri.ts';
import type { StateHub } from '../state/state-hub.ts';

/** What programs of this machine are told about an account's cluster. No secret is among it. */
export function clusterEnvironment(hub: StateHub, account: AccountUri): Record<string, string> {
  const cluster = hub.state.clusters[clusterOf(account)];
  if (!cluster) return {};
  return { TELEPORT_PROXY: cluster.address, TELEPORT_CLUSTER: cluster.name };
}
