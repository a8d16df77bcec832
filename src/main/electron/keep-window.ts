import { type BrowserWindow, screen } from 'electron';
import type { JsonStore } from '../host/host.ts';
import { fitBounds, readBounds, type WindowBounds } from '../host/window-bounds.ts';

const settleMs = 300;
const events = ['resize', 'move', 'maximize', 'unmaximize'] as const;

/** Where the window was in the last run, as far as the screens of today show it. */
export function keptBounds(store: JsonStore): WindowBounds {
  return fitBounds(
    readBounds(store),
    screen.getAllDisplays().map((display) => display.workArea),
  );
}

/** Writes where the window is whenever it rests, so that a crash loses nothing. */
export function keepWindow(window: BrowserWindow, store: JsonStore): void {
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized()) return;
    try {
      store.write({ ...window.getNormalBounds(), isMaximized: window.isMaximized() });
    } catch {
      // A disk that refuses is told where something is lost by it; a window opens elsewhere next time.
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(write, settleMs);
  };
  for (const event of events) window.on(event as 'resize', later);
  window.on('close', write);
}
