/** The folder that a shell tells with OSC 7: a `file:` address whose path is percent-encoded, or a bare path. */
export function folderOfOsc7(address: string): string | undefined {
  if (address.startsWith('/')) return address;
  const match = /^file:\/\/[^/]*(\/.*)$/s.exec(address);
  if (!match?.[1]) return undefined;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return undefined;
  }
}
