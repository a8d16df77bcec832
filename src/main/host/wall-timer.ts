import { type Disposable, toDisposable } from '../../shared/lifecycle/disposable.ts';

/** How late it may be noticed that the machine has slept or that its clock was set. */
const longestLookMs = 5_000;

/**
 * Runs `work` once when the wall clock reaches `at`, later only by the sleep of the machine. A timer of the runtime counts
 * time awake, so a laptop that slept past the moment would be told hours late.
 */
export function atWallTime(at: Date, now: () => Date, work: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const left = at.getTime() - now().getTime();
    timer = setTimeout(left <= 0 ? work : look, Math.min(Math.max(0, left), longestLookMs));
    timer.unref();
  };
  look();
  return toDisposable(() => clearTimeout(timer));
}
