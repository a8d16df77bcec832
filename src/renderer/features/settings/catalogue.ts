import { type SettingName, Settings } from '../../../shared/contract/settings.ts';
import { commandEntry, commandIds } from '../../../shared/keys/commands.ts';
import type { SettingsSection } from '../../../shared/contract/workspace.ts';

/** What the page shows a setting as. */
export interface SettingEntry {
  readonly name: SettingName;
  readonly label: string;
  /** Words of the choices, where the names of the file are not for people. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly unit?: string;
}

export interface SectionEntry {
  readonly id: SettingsSection;
  readonly title: string;
  readonly settings: readonly SettingEntry[];
  /** Further words by which the search finds the section. */
  readonly words: string;
}

/** Every section in its order, with its plain settings; sections may hold more that has a form of its own. */
export const sections: readonly SectionEntry[] = [
  {
    id: 'appearance',
    title: 'Appearance',
    words: 'colour theme dark light contrast look',
    settings: [
      {
        name: 'appearance.theme',
        label: 'Theme',
        choices: { system: 'As the system', light: 'Light', dark: 'Dark', 'high-contrast': 'High contrast' },
      },
      {
        name: 'appearance.density',
        label: 'Density',
        choices: { comfortable: 'Comfortable', compact: 'Compact' },
      },
      { name: 'appearance.zoom', label: 'Zoom', unit: '%' },
      { name: 'terminal.fontFamily', label: 'Terminal font' },
      { name: 'terminal.fontSize', label: 'Terminal font size', unit: 'px' },
      { name: 'terminal.lineHeight', label: 'Line height' },
      { name: 'terminal.ligatures', label: 'Ligatures' },
      {
        name: 'terminal.cursorStyle',
        label: 'Cursor',
        choices: { block: 'Block', bar: 'Bar', underline: 'Underline' },
      },
      { name: 'terminal.cursorBlink', label: 'Blinking cursor' },
      { name: 'terminal.scrollback', label: 'Scrollback', unit: 'lines' },
      {
        name: 'terminal.colourScheme',
        label: 'Terminal colours',
        choices: {
          porthole: 'Porthole',
          solarized: 'Solarized',
          gruvbox: 'Gruvbox',
          nord: 'Nord',
          'high-contrast': 'High contrast',
        },
      },
    ],
  },
  {
    id: 'terminal',
    title: 'Terminal',
    words: 'shell copy paste mouse bell accessibility',
    settings: [
      { name: 'terminal.copyOnSelect', label: 'Copy on select' },
      {
        name: 'terminal.rightClick',
        label: 'Right click',
        choices: {
          menu: 'Opens a menu',
          paste: 'Pastes',
          'copy-or-paste': 'Copies a selection, else pastes',
        },
      },
      { name: 'terminal.pasteWarning', label: 'Warn before pasting several lines' },
      { name: 'terminal.bell', label: 'Bell', choices: { none: 'Nothing', visual: 'Flash', sound: 'Sound' } },
      { name: 'terminal.wordSeparators', label: 'Word separators' },
      { name: 'terminal.screenReader', label: 'Screen reader support' },
    ],
  },
  {
    id: 'keys',
    title: 'Keys',
    words: `shortcuts bindings keyboard chords ${commandIds.map((id) => commandEntry(id).label).join(' ')}`,
    settings: [],
  },
  {
    id: 'network',
    title: 'Network',
    words: 'http proxy password certificates ca trust',
    settings: [
      { name: 'network.httpProxy', label: 'HTTP proxy' },
      { name: 'network.httpProxyUser', label: 'HTTP proxy user' },
      { name: 'network.noProxy', label: 'Hosts without proxy' },
    ],
  },
  {
    id: 'connections',
    title: 'Connections',
    words: 'ports keep alive reconnect tabs restore editor files',
    settings: [
      { name: 'connections.firstPort', label: 'First port of tunnels' },
      { name: 'connections.lastPort', label: 'Last port of tunnels' },
      { name: 'connections.keepAliveSeconds', label: 'Test quiet connections every', unit: 's' },
      { name: 'connections.reconnect', label: 'Reconnect by itself' },
      { name: 'workspace.restore', label: 'Open the last tabs again' },
      { name: 'files.editor', label: 'Editor for files' },
      {
        name: 'files.side',
        label: 'Files beside a terminal',
        choices: { left: 'On the left', right: 'On the right' },
      },
      { name: 'files.showHidden', label: 'Show hidden files' },
    ],
  },
  {
    id: 'notifications',
    title: 'Notifications',
    words: 'notices alerts requests transfers',
    settings: [
      { name: 'notifications.system', label: 'Notices of the system' },
      { name: 'notifications.requests', label: 'Access requests' },
      { name: 'notifications.transfers', label: 'File transfers' },
    ],
  },
  {
    id: 'usage-data',
    title: 'Usage data',
    words: 'telemetry anonymous privacy consent tracking events',
    settings: [],
  },
  {
    id: 'advanced',
    title: 'Advanced',
    words: 'log folder file schema data',
    settings: [
      {
        name: 'advanced.logLevel',
        label: 'Log',
        choices: { error: 'Errors', warn: 'Warnings', info: 'What happens', debug: 'Everything' },
      },
      { name: 'advanced.logNames', label: 'Names in the log' },
    ],
  },
  { id: 'log', title: 'Log', words: 'log lines errors warnings files troubleshooting', settings: [] },
  {
    id: 'diagnostics',
    title: 'Diagnostics',
    words: 'connections latency round trip certificates errors versions report transport help',
    settings: [],
  },
  {
    id: 'about',
    title: 'About',
    words: 'version licence license open source notices packages',
    settings: [],
  },
];

export function describeSetting(name: SettingName): string {
  return Settings.shape[name].description ?? '';
}

/** Sections and settings in which every word of the search is found; all of them without a search. */
export function findSettings(search: string): readonly SectionEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return sections;
  const holds = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  return sections.flatMap((section) => {
    if (holds(`${section.title} ${section.words}`)) return [section];
    const settings = section.settings.filter((entry) =>
      holds(`${section.title} ${entry.label} ${entry.name} ${describeSetting(entry.name)}`),
    );
    return settings.length > 0 ? [{ ...section, settings }] : [];
  });
}
