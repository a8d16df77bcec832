import type { TerminalSession } from './terminal-session.ts';

/** The terminals of this page by shell, for commands that act on the one in front. */
const sessions = new Map<string, { session: TerminalSession; openFind: () => void }>();

export function registerTerminal(
  shellId: string,
  entry: { session: TerminalSession; openFind: () => void },
): () => void {
  sessions.set(shellId, entry);
  return () => sessions.delete(shellId);
}

export function terminalOf(shellId: string) {
  return sessions.get(shellId);
}
