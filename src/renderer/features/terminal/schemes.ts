import type { ITheme } from '@xterm/xterm';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { Theme } from '../../state/theme.ts';

export type SchemeName = Settings['terminal.colourScheme'];

/** Ground, text, cursor, selection; black to white; bright black to bright white. */
type Colours = readonly [ground: string, text: string, cursor: string, selection: string, sixteen: string];

/** Every scheme has a light and a dark form. xterm lifts what is still too faint to be read. */
const schemes: Readonly<Record<SchemeName, { readonly light: Colours; readonly dark: Colours }>> = {
  porthole: {
    light: [
      '#fcfdfe',
      '#23272f',
      '#1f5fc4',
      '#c7dcfb',
      '#23272f #b42318 #136c34 #855200 #1f5fc4 #8a2da5 #0b6b79 #6a717d #5b626e #c9372c #1a7f3f #946000 #2f6fe0 #a03cbb #0f7d8c #3a404a',
    ],
    dark: [
      '#0d1017',
      '#d9dee8',
      '#8ab4ff',
      '#2d4677',
      '#1b2029 #ff7b72 #57d085 #e3b341 #79aefc #d2a8ff #56d4dd #c4cad4 #818a99 #ffa198 #7ee3a4 #f0cd6c #a5c8ff #e2c5ff #8be5ec #f2f5f9',
    ],
  },
  solarized: {
    light: [
      '#fbf5e2',
      '#4f626a',
      '#a8570f',
      '#e6dcb9',
      '#0c3540 #c22f2b #687a00 #93700a #1f74b8 #bd3278 #1e8078 #7d8b8d #5c6f77 #b84a17 #566600 #7d5f00 #1a639e #5f63b0 #186e67 #33474f',
    ],
    dark: [
      '#04262f',
      '#a9b7b8',
      '#e0913f',
      '#154653',
      '#0a323c #e5534c #93a617 #c69a18 #419bdc #dd5c9b #3eada3 #d8d2bd #66808a #e8723c #aebd4c #ddb54a #74b6e8 #8d90d6 #6cc6bd #f8f2de',
    ],
  },
  gruvbox: {
    light: [
      '#faf0cc',
      '#403a35',
      '#ab3f0c',
      '#e3d3a6',
      '#403a35 #a41f12 #6f6b0a #a86611 #17606f #85406b #3f7452 #7d7061 #8a7d6d #c02b1a #84800f #bb7a1c #226f7f #97507c #4c8560 #2b2724',
    ],
    dark: [
      '#272422',
      '#e9d9b0',
      '#f28a2e',
      '#504740',
      '#34302d #f2594a #b5b733 #f3b73b #86a79a #cf8a9b #90bd7d #d2c29c #978879 #f7786b #c6c85a #f6c962 #9fbdb1 #dca3b1 #a8cf98 #faf0cc',
    ],
  },
  nord: {
    light: [
      '#eef1f6',
      '#2f3644',
      '#486a97',
      '#cdd7e6',
      '#2f3644 #a8434f #4c7440 #8a6616 #41669b #84558d #2c7583 #6d7688 #5a6375 #bb535e #5b844e #9b741d #4f76ad #95659d #378494 #222835',
    ],
    dark: [
      '#2b313d',
      '#d6dce8',
      '#87bfd0',
      '#46506a',
      '#3a4252 #cb6a73 #a2c08d #eacb8c #84a3c4 #b790b0 #87c0cf #dfe4ee #7c879c #d98089 #b4cf9f #f0d8a4 #9ab6d3 #c7a3c0 #9fd0dc #f1f4f9',
    ],
  },
  'high-contrast': {
    light: [
      '#ffffff',
      '#000000',
      '#0000c8',
      '#9cc8ff',
      '#000000 #990000 #005c00 #6b4700 #0000c8 #7a007a #005a66 #3d3d3d #333333 #b00000 #006b00 #7a5200 #0000e6 #8f008f #006978 #000000',
    ],
    dark: [
      '#000000',
      '#ffffff',
      '#00e5ff',
      '#0050a0',
      '#2b2b2b #ff6b6b #35f06a #ffe14d #6fb3ff #ff8cff #33eaff #f0f0f0 #b8b8b8 #ff9494 #7dff9f #fff08a #a3cfff #ffb8ff #8af4ff #ffffff',
    ],
  },
};

const names = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const;

/** The colours of a terminal. With more contrast the app's own scheme gives way to one that has it. */
export function schemeTheme(name: SchemeName, theme: Theme): ITheme & { readonly background: string } {
  const scheme = schemes[name === 'porthole' && theme.hasMoreContrast ? 'high-contrast' : name];
  const [background, foreground, cursor, selectionBackground, sixteen] = theme.isDark
    ? scheme.dark
    : scheme.light;
  const colours = sixteen.split(' ');
  return {
    background,
    foreground,
    cursor,
    cursorAccent: background,
    selectionBackground,
    ...Object.fromEntries(names.map((colour, index) => [colour, colours[index]])),
  };
}
