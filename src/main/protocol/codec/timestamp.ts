import type { Timestamp } from '@bufbuild/protobuf/wkt';

const yearOneSeconds = -62_135_596_800n;
/** `Date` ends here; what is later cannot be shown. */
const maxDateMs = 8.64e15;

/** Servers write an unset time as year 1, or leave it out (auth-api.md 3). */
export function toDate(timestamp: Timestamp | undefined): Date | undefined {
  if (!timestamp || timestamp.seconds <= yearOneSeconds) return undefined;
  const ms = Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1_000_000);
  return Math.abs(ms) > maxDateMs ? undefined : new Date(ms);
}

/** For an initializer of a message; an absent time stays away from the wire. */
export function fromDate(date: Date | undefined): { seconds: bigint; nanos: number } | undefined {
  if (!date) return undefined;
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}
