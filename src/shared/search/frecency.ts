/** How much something is used: it fades, so that yesterday counts more than last month. */
export interface Use {
  readonly value: number;
  /** Milliseconds since 1970, when `value` was so. */
  readonly at: number;
}

const halfLifeMs = 7 * 24 * 3_600_000;
/** Use lifts a result, and never past one that matches much better. */
const mostPoints = 160;
const pointsOfOne = 60;

export function valueNow(use: Use | undefined, now: number): number {
  if (!use) return 0;
  // A clock that was set back makes nothing grow.
  return use.value * 2 ** (-Math.max(0, now - use.at) / halfLifeMs);
}

export function usedAgain(use: Use | undefined, now: number): Use {
  return { value: valueNow(use, now) + 1, at: now };
}

/** What use adds to the score of a match. */
export function usePoints(value: number): number {
  return Math.min(mostPoints, pointsOfOne * Math.log2(1 + value));
}
