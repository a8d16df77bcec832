import { delimiter } from 'node:path';

/** Left by what started Porthole; they would mislead programs of the person. */
const foreign =
  /^(npm_.*|ELECTRON_.*|VITE.*|PLAYWRIGHT_.*|INIT_CWD|NODE_COMPILE_CACHE|NODE_CHANNEL_FD|NODE_UNIQUE_ID|CHROME_DESKTOP|TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|TERMCAP|COLUMNS|LINES|TERM_PROGRAM_VERSION|COLOR|OLDPWD)$/;

/** The environment of a new shell: the person's own, the terminal's, and what the cluster adds. */
export function shellEnvironment(
  own: NodeJS.ProcessEnv,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]),
  );
  const environment = Object.fromEntries(kept);
  // `npm start` puts folders of its own first.
  if (own['npm_lifecycle_event'] !== undefined && environment['PATH'] !== undefined) {
    const folders = environment['PATH'].split(delimiter);
    environment['PATH'] = folders
      .filter((folder) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)$/.test(folder))
      .join(delimiter);
  }
  return {
    ...(process.platform === 'win32' ? {} : { LANG: 'C.UTF-8' }),
    ...environment,
    COLORTERM: 'truecolor',
    TERM_PROGRAM: 'Porthole',
    ...added,
  };
}
