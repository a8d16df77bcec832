import type { Terminal } from '@xterm/xterm';

const isMac = navigator.platform.startsWith('Mac');

/** Chords that the app takes while a terminal has the focus; all others belong to the shell. */
export function takesTerminalKey(event: KeyboardEvent, terminal: Terminal): boolean {
  if (event.type !== 'keydown') return false;
  const withMain = isMac ? event.metaKey : event.ctrlKey && event.shiftKey;
  if (withMain && event.code === 'KeyC') {
    const text = terminal.getSelection();
    if (text !== '') void navigator.clipboard.writeText(text);
    event.preventDefault();
    return true;
  }
  if (withMain && event.code === 'KeyV') return true; // the browser's own paste follows
  if (
    event.ctrlKey &&
    (event.key === 'Tab' || event.key === 'PageUp' || event.key === 'PageDown' || event.key === 'F6')
  )
    return true;
  if (event.ctrlKey && !event.shiftKey && !event.altKey && /^Digit[1-9]$/.test(event.code)) return true;
  if (isMac) return event.metaKey;
  return event.ctrlKey && event.shiftKey;
}
