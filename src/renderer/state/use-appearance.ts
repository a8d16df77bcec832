import { useLayoutEffect } from 'react';
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
  const zoom = useAppState((state) => state.settings.values['appearance.zoom']);
  const isZoomedByHost = useAppState((state) => state.app.capabilities.includes(hostZoom));
  useLayoutEffect(() => {
    if (isZoomedByHost) return;
    const { style } = document.documentElement;
    const factor = String(zoom / 100);
    style.zoom = factor;
    style.setProperty('--zoom', factor);
  }, [zoom, isZoomedByHost]);
}

/** Height of a row of a list in pixels, the same as `--row`. */
export function useRowHeight(): number {
  return rowHeights[useAppState((state) => state.settings.values['appearance.density'])];
}
