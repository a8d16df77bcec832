import type { PortRange } from '../inventory.ts';
import type { Labels } from '../roles.ts';

export interface ClusterApp {
  readonly name: string;
  /** `http://…`, `https://…` or `tcp://host:port`; of an app with several ports `tcp://host`. */
  readonly uri: string;
  readonly labels: Labels;
  readonly description?: string;
  /** Absent: its name below the proxy's. */
  readonly publicAddress?: string;
  readonly tcpPorts?: readonly PortRange[];
}
