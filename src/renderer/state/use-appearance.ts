import { useLayoutEffect, useMemo } from 'react';
import type { Settings } from '../../shared/contract/settings.ts';
import { hostZoom } from '../../shared/contract/app.ts';
import { useAppState } from './store.ts';
import { applyTheme } from './theme.ts';

const rowHeights = { comfortable: 40, compact: 28 } as const;

/** Gives the page the theme, the density and the zoom of the settings, before it is drawn. */
export function useAppearance(): void {
  const theme = useAppState((state) => state.settings.values['appearance.theme']);
  const density = useAppState((state) => state.settings.values['appearance.density']);
  useLayoutEffect(() => applyTheme(theme), [theme]);
  useLayoutEffect(() => {
    document.documentElement.dataset['density'] = density;
  }, [density]);
  const zoom = usePageZoom();
  useLayoutEffect(() => {
    document.documentElement.style.setProperty('--zoom', String(zoom));
    // What was in the hands of the person stays in sight.
    document.activeElement?.scrollIntoView({ block: 'nearest' });
  }, [zoom]);
}

/** How much the page itself enlarges; 1 where the host does it. */
function usePageZoom(): number {
  return useAppState((state) =>
    state.app.capabilities.includes(hostZoom) ? 1 : state.settings.values['appearance.zoom'] / 100,
  );
}

/**
 * The settings as terminals need them. A terminal counts in pixels of the window, so it is not enlarged by the page: its font
 * is larger instead.
 */
export function useTerminalSettings(): Settings {
  const values = useAppState((state) => state.settings.values);
  const zoom = usePageZoom();
  return useMemo(
    () => (zoom === 1 ? values : { ...values, 'terminal.fontSize': values['terminal.fontSize'] * zoom }),
    [values, zoom],
  );
}

/** Height of a row of a list in pixels, the same as `--row`. */
export function useRowHeight(): number {
  return rowHeights[useAppState((state) => state.settings.values['appearance.density'])];
}
