import type { TransferInfo } from '../../shared/contract/transfers.ts';

/** Nothing more happens to it by itself. */
export function isEnded({ status }: TransferInfo): boolean {
  return status.kind === 'done' || status.kind === 'cancelled' || status.kind === 'failed';
}
