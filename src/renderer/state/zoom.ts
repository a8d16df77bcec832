/** The steps of the zoom in percent, as browsers have them. */
const steps = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/** The next step in a direction from a size that may lie between two of them. */
export function nextZoom(percent: number, direction: 1 | -1): number {
  const next =
    direction > 0 ? steps.find((step) => step > percent) : steps.findLast((step) => step < percent);
  return next ?? percent;
}
