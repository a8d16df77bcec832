import type { ITheme } from '@xterm/xterm';

const light: ITheme = {
  background: '#fcfdfe',
  foreground: '#23272f',
  cursor: '#1f5fc4',
  cursorAccent: '#fcfdfe',
  selectionBackground: '#c7dcfb',
  black: '#23272f',
  red: '#b42318',
  green: '#136c34',
  yellow: '#855200',
  blue: '#1f5fc4',
  magenta: '#8a2da5',
  cyan: '#0b6b79',
  white: '#6a717d',
  brightBlack: '#5b626e',
  brightRed: '#c9372c',
  brightGreen: '#1a7f3f',
  brightYellow: '#946000',
  brightBlue: '#2f6fe0',
  brightMagenta: '#a03cbb',
  brightCyan: '#0f7d8c',
  brightWhite: '#3a404a',
};

const dark: ITheme = {
  background: '#0d1017',
  foreground: '#d9dee8',
  cursor: '#8ab4ff',
  cursorAccent: '#0d1017',
  selectionBackground: '#2d4677',
  black: '#1b2029',
  red: '#ff7b72',
  green: '#57d085',
  yellow: '#e3b341',
  blue: '#79aefc',
  magenta: '#d2a8ff',
  cyan: '#56d4dd',
  white: '#c4cad4',
  brightBlack: '#818a99',
  brightRed: '#ffa198',
  brightGreen: '#7ee3a4',
  brightYellow: '#f0cd6c',
  brightBlue: '#a5c8ff',
  brightMagenta: '#e2c5ff',
  brightCyan: '#8be5ec',
  brightWhite: '#f2f5f9',
};

const darkQuery = matchMedia('(prefers-color-scheme: dark)');

export function terminalTheme(): ITheme {
  return darkQuery.matches ? dark : light;
}

/** Calls back when the system changes between light and dark; gives back its own undo. */
export function onThemeChange(listener: () => void): () => void {
  darkQuery.addEventListener('change', listener);
  return () => darkQuery.removeEventListener('change', listener);
}
