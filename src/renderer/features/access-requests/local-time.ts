/** A point in time as a field for date and time takes it: local, to the minute. */
export function toLocal(instant: string): string {
  const date = new Date(instant);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** What such a field holds, as an instant. Throws a RangeError for text that is no time. */
export function fromLocal(text: string): string {
  return new Date(text).toISOString();
}
