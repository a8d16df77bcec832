/** How far something is; without a share it only says that something goes on. */
export function ProgressLine({ label, share }: { label: string; share: number | undefined }) {
  const percent = share === undefined ? undefined : Math.floor(share * 100);
  return (
    <div
      className="progress-line"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === undefined ? {} : { 'aria-valuenow': percent })}
    >
      <div style={{ width: `${percent ?? 0}%` }} />
    </div>
  );
}
