import { formatBytes } from '../../ui/bytes.ts';

const seconds = 60;
const height = 36;

/** Bytes of both directions in each of the last 60 seconds, the newest on the right. */
export function TrafficLine({ recent, isSmall = false }: { recent: readonly number[]; isSmall?: boolean }) {
  const values = [...Array.from({ length: seconds - recent.length }, () => 0), ...recent];
  const peak = Math.max(...values);
  const points = values.map((value, index) => {
    const y = peak === 0 ? height - 1 : height - 1 - (value / peak) * (height - 3);
    return `${index} ${y.toFixed(2)}`;
  });
  const line = `M${points.join('L')}`;
  return (
    <svg
      className="traffic"
      data-small={isSmall}
      data-quiet={peak === 0}
      viewBox={`0 0 ${seconds - 1} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={
        peak === 0
          ? 'Nothing moved in the last 60 seconds'
          : `Traffic of the last 60 seconds, at most ${formatBytes(peak)} in a second`
      }
    >
      <path className="traffic-area" d={`${line}L${seconds - 1} ${height}L0 ${height}Z`} />
      <path className="traffic-line" d={line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
