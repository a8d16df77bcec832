import type { ITerminalOptions } from '@xterm/xterm';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { Theme } from '../../state/theme.ts';
import { schemeTheme } from './schemes.ts';

const bundledFont = 'JetBrains Mono Variable';
const genericFamilies: ReadonlySet<string> = new Set(['monospace', 'ui-monospace', 'serif', 'sans-serif']);

/** A family, or several with commas, then the bundled font for what they lack. */
export function fontFamilyOf(setting: string): string {
  const wanted = setting
    .split(',')
    .map((name) => name.trim().replaceAll(/["'\\;{}]/g, ''))
    .filter((name) => name !== '');
  return [...new Set([...wanted, bundledFont, 'ui-monospace', 'monospace'])]
    .map((name) => (genericFamilies.has(name) ? name : `"${name}"`))
    .join(', ');
}

/** What the settings mean to xterm. */
export function terminalOptions(values: Settings, theme: Theme): ITerminalOptions {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    fontFamily: fontFamilyOf(values['terminal.fontFamily']),
    fontSize: values['terminal.fontSize'],
    lineHeight: values['terminal.lineHeight'],
    cursorStyle: values['terminal.cursorStyle'],
    cursorBlink: values['terminal.cursorBlink'] && !isStill,
    scrollback: values['terminal.scrollback'],
    theme: schemeTheme(values['terminal.colourScheme'], theme),
    minimumContrastRatio: theme.hasMoreContrast ? 7 : 4.5,
    wordSeparator: values['terminal.wordSeparators'],
    screenReaderMode: values['terminal.screenReader'],
    // A right click is what the settings say, on every system.
    rightClickSelectsWord: false,
  };
}
