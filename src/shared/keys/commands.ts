/** Where a command works. A key may be used twice where two commands never work at the same place. */
export type CommandPlace = 'window' | 'terminal' | 'request';

export interface CommandEntry {
  readonly label: string;
  readonly group: 'General' | 'Tabs' | 'Terminal' | 'Clusters and access' | 'View';
  /** Absent = everywhere in the window. */
  readonly place?: CommandPlace;
  /** Built-in chords; the first is shown. Empty = none until somebody gives one. */
  readonly keys: readonly string[];
  /** On macOS, where they differ. */
  readonly macKeys?: readonly string[];
}

/**
 * Every command that a key can be given to. Where a chord without Shift belongs to shells, the one with Shift is built in
 * beside it, so that the command is at hand in terminals too. Ids are names in the settings file and never change.
 */
export const commands = {
  palette: { label: 'Search resources, run commands', group: 'General', keys: ['Ctrl+K', 'Ctrl+Shift+K'] },
  'search-list': { label: 'Search the list', group: 'General', keys: ['/'] },
  settings: { label: 'Open settings', group: 'General', keys: ['Ctrl+,'] },
  'key-settings': { label: 'Change keys', group: 'General', keys: [] },
  'usage-data': { label: 'Usage data', group: 'General', keys: [] },
  shortcuts: { label: 'Show keyboard shortcuts', group: 'General', keys: ['?'] },
  'next-region': { label: 'Next region of the window', group: 'General', keys: ['F6', 'Ctrl+F6'] },
  'local-terminal': { label: 'Open a local terminal', group: 'Tabs', keys: ['Ctrl+Shift+T'] },
  'close-tab': { label: 'Close tab', group: 'Tabs', keys: ['Ctrl+W', 'Ctrl+Shift+W'] },
  'next-tab': {
    label: 'Next tab',
    group: 'Tabs',
    keys: ['Ctrl+Tab', 'Ctrl+PageDown'],
    macKeys: ['Meta+Tab', 'Meta+PageDown'],
  },
  'previous-tab': {
    label: 'Previous tab',
    group: 'Tabs',
    keys: ['Ctrl+Shift+Tab', 'Ctrl+PageUp'],
    macKeys: ['Shift+Meta+Tab', 'Meta+PageUp'],
  },
  'duplicate-tab': { label: 'Duplicate tab', group: 'Tabs', keys: ['Ctrl+Shift+D'] },
  'move-tab-left': {
    label: 'Move tab left',
    group: 'Tabs',
    keys: ['Ctrl+Shift+PageUp'],
    macKeys: ['Shift+Meta+PageUp'],
  },
  'move-tab-right': {
    label: 'Move tab right',
    group: 'Tabs',
    keys: ['Ctrl+Shift+PageDown'],
    macKeys: ['Shift+Meta+PageDown'],
  },
  'tab-1': { label: 'Go to tab 1', group: 'Tabs', keys: ['Ctrl+1'] },
  'tab-2': { label: 'Go to tab 2', group: 'Tabs', keys: ['Ctrl+2'] },
  'tab-3': { label: 'Go to tab 3', group: 'Tabs', keys: ['Ctrl+3'] },
  'tab-4': { label: 'Go to tab 4', group: 'Tabs', keys: ['Ctrl+4'] },
  'tab-5': { label: 'Go to tab 5', group: 'Tabs', keys: ['Ctrl+5'] },
  'tab-6': { label: 'Go to tab 6', group: 'Tabs', keys: ['Ctrl+6'] },
  'tab-7': { label: 'Go to tab 7', group: 'Tabs', keys: ['Ctrl+7'] },
  'tab-8': { label: 'Go to tab 8', group: 'Tabs', keys: ['Ctrl+8'] },
  'tab-9': { label: 'Go to tab 9', group: 'Tabs', keys: ['Ctrl+9'] },
  copy: {
    label: 'Copy in the terminal',
    group: 'Terminal',
    place: 'terminal',
    keys: ['Ctrl+Shift+C'],
    macKeys: ['Ctrl+C'],
  },
  paste: {
    label: 'Paste in the terminal',
    group: 'Terminal',
    place: 'terminal',
    keys: ['Ctrl+Shift+V'],
    macKeys: ['Ctrl+V'],
  },
  find: { label: 'Find in terminal', group: 'Terminal', keys: ['Ctrl+Shift+F'] },
  'copy-all': { label: 'Copy all terminal text', group: 'Terminal', keys: [] },
  files: { label: 'Files of the server beside the terminal', group: 'Terminal', keys: ['Ctrl+Shift+E'] },
  'add-cluster': { label: 'Add a cluster', group: 'Clusters and access', keys: [] },
  'access-requests': { label: 'Show access requests', group: 'Clusters and access', keys: [] },
  'request-access': { label: 'Request access', group: 'Clusters and access', keys: [] },
  'next-request': {
    label: 'Next request that waits for you',
    group: 'Clusters and access',
    place: 'request',
    keys: ['N'],
  },
  'sign-out-all': { label: 'Sign out everywhere', group: 'Clusters and access', keys: [] },
  'zoom-in': { label: 'Larger', group: 'View', keys: ['Ctrl+=', 'Ctrl++'] },
  'zoom-out': { label: 'Smaller', group: 'View', keys: ['Ctrl+-'] },
  'zoom-reset': { label: 'Normal size', group: 'View', keys: ['Ctrl+0'] },
} as const satisfies Record<string, CommandEntry>;

export type CommandId = keyof typeof commands;
export const commandIds = Object.keys(commands) as CommandId[];

export function isCommandId(text: string): text is CommandId {
  return Object.hasOwn(commands, text);
}

export function commandEntry(id: CommandId): CommandEntry {
  return commands[id];
}

/** Keys of lists, fields and dialogs: they are the same in every program, and stay. */
export const fixedKeys: readonly { readonly keys: readonly string[]; readonly label: string }[] = [
  { keys: ['Enter'], label: 'Connect to the chosen row; in an ended terminal: reconnect' },
  { keys: ['Space'], label: 'Details of the chosen row' },
  { keys: ['↑', '↓', 'Home', 'End', 'PgUp', 'PgDn'], label: 'Move in a list' },
  { keys: ['←', '→'], label: 'Move among tabs, buttons and sections' },
  { keys: ['Del'], label: 'Close the chosen tab; delete chosen files' },
  { keys: ['F2'], label: 'Rename the chosen file' },
  { keys: ['Esc'], label: 'Close what floats; clear a search' },
];
