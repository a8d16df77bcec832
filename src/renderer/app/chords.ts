const isMac = navigator.platform.startsWith('Mac');
export const mainKey = isMac ? 'Cmd' : 'Ctrl';

/** The table of shortcuts, for the dialog. */
export const shortcuts: readonly (readonly [string, string])[] = [
  [`${mainKey} K`, 'Search resources, run commands (in a terminal with Shift)'],
  ['/', 'Search the list'],
  ['Enter', 'Connect to the chosen row; in an ended terminal: reconnect'],
  ['Space', 'Details of the chosen row'],
  ['N', 'In an access request: the next one that waits for you'],
  [`${mainKey} Shift T`, 'Open a terminal on this machine'],
  [`${mainKey} W`, 'Close the tab (in a terminal with Shift)'],
  [`${mainKey} Tab`, 'Next tab (with Shift: the one before)'],
  [`${mainKey} 1 … 9`, 'Go to a tab'],
  [`${mainKey} Shift D`, 'Duplicate the tab'],
  [`${mainKey} Shift PgUp, PgDn`, 'Move the tab'],
  [`${mainKey} Shift F`, 'Find in the terminal'],
  [`${mainKey} Shift E`, 'Files of the server beside the terminal: open, go to, close'],
  [`${mainKey} Shift C, V`, 'Copy, paste in a terminal'],
  [`${mainKey} ,`, 'Settings'],
  ['F6', 'Next region (in a terminal with Ctrl)'],
  ['?', 'Shortcuts'],
];

export type ChordName =
  | 'palette'
  | 'local-terminal'
  | 'close'
  | 'next'
  | 'previous'
  | 'duplicate'
  | 'move-left'
  | 'move-right'
  | 'find'
  | 'files'
  | 'region'
  | 'search'
  | 'shortcuts'
  | 'settings'
  | { readonly tab: number };

/** What a key press means for the app; undefined leaves it to whoever has the focus. */
export function readChord(event: KeyboardEvent): ChordName | undefined {
  const target = event.target as HTMLElement | null;
  const inTerminal = target?.closest('.xterm') != null;
  const inField = !inTerminal && target?.matches('input, textarea, [contenteditable]') === true;
  const main = isMac ? event.metaKey : event.ctrlKey;
  if (event.key === 'F6' && (!inTerminal || event.ctrlKey)) return 'region';
  if (event.ctrlKey && event.key === 'Tab') return event.shiftKey ? 'previous' : 'next';
  if (event.ctrlKey && event.key === 'PageDown') return event.shiftKey ? 'move-right' : 'next';
  if (event.ctrlKey && event.key === 'PageUp') return event.shiftKey ? 'move-left' : 'previous';
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (main && !event.shiftKey && !event.altKey && digit) return { tab: Number(digit) - 1 };
  // In a terminal Ctrl and a letter belong to the shell; with Shift they are the app's.
  const free = main && !event.altKey && (isMac || !inTerminal || event.shiftKey);
  if (free && event.code === 'KeyK') return 'palette';
  if (main && !event.altKey && event.key === ',') return 'settings';
  if (free && event.code === 'KeyW') return 'close';
  if (main && event.shiftKey && !event.altKey && event.code === 'KeyT') return 'local-terminal';
  if (main && event.shiftKey && event.code === 'KeyD') return 'duplicate';
  if (main && event.shiftKey && event.code === 'KeyF') return 'find';
  if (main && event.shiftKey && event.code === 'KeyE') return 'files';
  if (inTerminal || inField || main || event.altKey) return undefined;
  // In files it goes to their own filter.
  if (event.key === '/' && !target?.closest('.file-pane')) return 'search';
  return event.key === '?' ? 'shortcuts' : undefined;
}
