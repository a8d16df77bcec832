/** What ships, with its licences; see `licences.mjs`. */
export function collectLicences(folder?: string): {
  packages: { name: string; version: string; licence: string; text?: number }[];
  texts: string[];
};
