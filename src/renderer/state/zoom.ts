/** The steps of the zoom in percent, as browsers have them. */
const steps = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/** Keys come faster than settings answer: for so long the next step begins with what was asked for last. */
const answerMs = 2_000;
let asked: { readonly percent: number; readonly at: number } | undefined;

/** The size to ask for next; `current` is what the settings say. */
export function stepZoom(current: number, direction: 1 | -1): number {
  const now = performance.now();
  const from = asked && now - asked.at < answerMs ? asked.percent : current;
  asked = { percent: nextZoom(from, direction), at: now };
  return asked.percent;
}

/** What was asked for is over, or was refused. */
export function zoomSettled(): void {
  asked = undefined;
}

/** The next step in a direction from a size that may lie between two of them. */
function nextZoom(percent: number, direction: 1 | -1): number {
  const next =
    direction > 0 ? steps.find((step) => step > percent) : steps.findLast((step) => step < percent);
  return next ?? percent;
}
