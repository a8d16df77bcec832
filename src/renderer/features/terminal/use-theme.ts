import { useEffect, useState } from 'react';
import { currentTheme, onThemeChange, type Theme } from '../../state/theme.ts';

/** What the page is drawn in; the view renders again when that changes. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => onThemeChange(setTheme), []);
  return theme;
}
