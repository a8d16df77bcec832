import type { Settings } from '../../shared/contract/settings.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';

export type ThemeSetting = Settings['appearance.theme'];

/** What is drawn: `system` and `high-contrast` follow the system between light and dark. */
export interface Theme {
  readonly isDark: boolean;
  readonly hasMoreContrast: boolean;
}

const name = 'porthole-theme';
const yearInSeconds = 31_536_000;
const darkQuery = matchMedia('(prefers-color-scheme: dark)');
const contrastQuery = matchMedia('(prefers-contrast: more)');
const changed = new Emitter<Theme>();
let setting: ThemeSetting = 'system';

for (const query of [darkQuery, contrastQuery]) query.addEventListener('change', draw);

export function currentTheme(): Theme {
  const { theme, contrast } = document.documentElement.dataset;
  return { isDark: theme === 'dark', hasMoreContrast: contrast === 'more' };
}

/** The theme of the whole page from now on, and of the first paint of its next start. */
export function applyTheme(next: ThemeSetting): void {
  setting = next;
  // Kept twice: the loopback host has another port, and so another store, in each start; Electron's pages have no cookies.
  localStorage.setItem(name, next);
  document.cookie = `${name}=${next}; Path=/; SameSite=Strict; Max-Age=${yearInSeconds}`;
  draw();
}

/** Calls back when light, dark or contrast changes; gives back its own undo. */
export function onThemeChange(listener: (theme: Theme) => void): () => void {
  const subscription = changed.event(listener);
  return () => subscription.dispose();
}

function draw(): void {
  const before = currentTheme();
  const { dataset } = document.documentElement;
  const isFixed = setting === 'light' || setting === 'dark';
  dataset['theme'] = isFixed ? setting : darkQuery.matches ? 'dark' : 'light';
  if (setting === 'high-contrast' || contrastQuery.matches) dataset['contrast'] = 'more';
  else delete dataset['contrast'];
  const now = currentTheme();
  if (now.isDark !== before.isDark || now.hasMoreContrast !== before.hasMoreContrast) changed.fire(now);
}
