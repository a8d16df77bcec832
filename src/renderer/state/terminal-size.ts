import type { TerminalSize } from '../../shared/contract/ids.ts';

let last: TerminalSize | undefined;

/** Kept by the terminal view whenever it fits itself to the window. */
export function rememberTerminalSize(size: TerminalSize): void {
  last = size;
}

/** The size that a new terminal will most likely have; it is corrected as soon as it is drawn. */
export function estimateTerminalSize(): TerminalSize {
  if (last) return last;
  const cols = Math.floor((window.innerWidth - 30) / 7.8);
  const rows = Math.floor((window.innerHeight - 115) / 17);
  return { cols: clamp(cols), rows: clamp(rows) };
}

function clamp(cells: number): number {
  return Math.max(2, Math.min(cells, 4_096));
}
