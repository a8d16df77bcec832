import type { TunnelInfo, TunnelStatus } from '../../../shared/contract/tunnels.ts';

export interface TunnelLook {
  /** One or two words, for tabs and lists. */
  readonly word: string;
  /** Shape of its dot: never the colour alone. */
  readonly shape: 'round' | 'ring' | 'square';
  readonly colour: 'good' | 'warn' | 'bad' | 'text-3';
}

/** State of a tunnel as a glyph and a word. */
export function tunnelLook(status: TunnelStatus): TunnelLook {
  switch (status.kind) {
    case 'idle':
      return { word: 'idle', shape: 'ring', colour: 'good' };
    case 'preparing':
      return { word: 'preparing', shape: 'ring', colour: 'warn' };
    case 'waiting':
      return { word: 'waiting', shape: 'ring', colour: 'warn' };
    case 'ready':
      return { word: 'ready', shape: 'round', colour: 'good' };
    case 'failed':
      return { word: 'failed', shape: 'square', colour: 'bad' };
    case 'closed':
      return { word: 'closed', shape: 'square', colour: 'text-3' };
  }
}

/** What tells tunnels of one resource apart, as in the title of a tab: `reporting@orders`, `billing:5433`. */
export function tunnelTitle({ name, target }: TunnelInfo): string {
  if (target.kind === 'database' && target.databaseUser) return `${target.databaseUser}@${name}`;
  if (target.kind === 'app' && target.targetPort !== undefined) return `${name}:${target.targetPort}`;
  return name;
}

/** Whether it listens, or is about to. */
export function isTunnelOpen(tunnel: TunnelInfo): boolean {
  return tunnel.status.kind !== 'closed';
}

export function connectionsText(count: number): string {
  if (count === 0) return 'no connections';
  return count === 1 ? '1 connection' : `${count} connections`;
}
