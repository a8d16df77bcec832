import { useLayoutEffect } from 'react';
import { useAppState } from './store.ts';
import { applyTheme } from './theme.ts';

const rowHeights = { comfortable: 40, compact: 28 } as const;

/** Gives the page the theme and the density of the settings, before it is drawn. */
export function useAppearance(): void {
  const theme = useAppState((state) => state.settings.values['appearance.theme']);
  const density = useAppState((state) => state.settings.values['appearance.density']);
  useLayoutEffect(() => applyTheme(theme), [theme]);
  useLayoutEffect(() => {
    document.documentElement.dataset['density'] = density;
  }, [density]);
}

/** Height of a row of a list in pixels, the same as `--row`. */
export function useRowHeight(): number {
  return rowHeights[useAppState((state) => state.settings.values['appearance.density'])];
}
