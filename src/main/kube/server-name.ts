import { createHash } from 'node:crypto';
import { localSuffix } from './local-authority.ts';

const digestLength = 40;

/**
 * The TLS server name by which a client picks a Kubernetes cluster of a listener (tunnels.md 4.3 uses the name in
 * hexadecimal, which does not fit into a label of 63 characters). A digest fits for names of any length and alphabet.
 */
export function serverNameOf(kubeCluster: string): string {
  const digest = createHash('sha256').update(kubeCluster).digest('hex').slice(0, digestLength);
  return `${digest}.${localSuffix}`;
}
