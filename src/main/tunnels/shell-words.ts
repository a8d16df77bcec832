/** One word of a command line, as one pastes it into a shell: POSIX, or PowerShell on Windows. */
export function shellWord(word: string, platform: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  if (platform === 'win32') return `'${word.replaceAll("'", "''")}'`;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

export function shellLine(words: readonly string[], platform: string): string {
  return words.map((word) => shellWord(word, platform)).join(' ');
}
