const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A count of bytes in three digits: `0 B`, `214 kB`, `1.8 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
