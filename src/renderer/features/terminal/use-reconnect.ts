import { useEffect, useRef } from 'react';
import type { ErrorCode } from '../../../shared/errors/app-error.ts';
import type { ShellInfo } from '../../../shared/contract/shells.ts';

/** Ends that the network made: what a new connection may mend without a person. */
const lost: ReadonlySet<ErrorCode> = new Set(['connection-lost', 'network-unreachable']);

/** Opens a lost connection again when its tab comes to the front, or when the network is back while it is there. */
export function useReconnect(options: {
  shell: ShellInfo;
  isFront: boolean;
  isWanted: boolean;
  reconnect: () => void;
}): void {
  const { isFront } = options;
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    if (!isFront) return;
    const look = () => {
      const { shell, isWanted, reconnect } = latest.current;
      if (isWanted && isLost(shell)) reconnect();
    };
    // Once for each time that it comes to the front: a failure waits for the person.
    const timer = setTimeout(look);
    window.addEventListener('online', look);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', look);
    };
  }, [isFront]);
}

function isLost({ status }: ShellInfo): boolean {
  return status.kind === 'ended' && status.end.kind === 'failed' && lost.has(status.end.error.code);
}
