/** A span in words as short as the status bar: `7 h 52 min`, `12 min`, `45 s`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long ago: `just now`, `6 min ago`, `3 d ago`. */
export function formatAgo(instant: string, now: number): string {
  const past = now - Date.parse(instant);
  return past < 60_000 ? 'just now' : `${formatSpan(past).replace(/ \d+ (?:min|h)$/, '')} ago`;
}

/** A point in time as short as it is clear: `18:30` today, `26 Nov, 18:30` on another day. */
export function formatMoment(instant: string, now: number): string {
  const date = new Date(instant);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
  });
}

/** The exact time, for a tooltip. */
export function formatExact(instant: string): string {
  return new Date(instant).toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
}
