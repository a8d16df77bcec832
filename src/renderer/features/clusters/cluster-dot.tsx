import type { CSSProperties } from 'react';
import type { ClusterInfo } from '../../../shared/contract/clusters.ts';

/** The colour that tells clusters apart; their names always stand beside it. */
export function ClusterDot({ cluster }: { cluster: ClusterInfo }) {
  return (
    <span
      className="dot"
      style={{ '--dot': `var(--cluster-${cluster.colour})` } as CSSProperties}
      aria-hidden
    />
  );
}
