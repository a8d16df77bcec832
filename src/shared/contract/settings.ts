import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { ShortText } from './ids.ts';
import { KeyBindings, KeyChange } from './key-bindings.ts';

const flag = (isOn: boolean, text: string) => z.boolean().default(isOn).describe(text);
const whole = (least: number, most: number, start: number, text: string) =>
  z.number().int().min(least).max(most).default(start).describe(text);

/**
 * Every setting: its name in the file, its bounds, its default, and the sentence that the JSON schema and the page show.
 * Names never change their meaning; a new one needs a default that changes nothing.
 */
export const Settings = z.object({
  'appearance.theme': z
    .enum(['system', 'light', 'dark', 'high-contrast'])
    .default('system')
    .describe('Colours of the window.'),
  'appearance.density': z
    .enum(['comfortable', 'compact'])
    .default('comfortable')
    .describe('Height of the rows of lists.'),
  'appearance.zoom': whole(50, 300, 100, 'Size of everything in the window, in percent.'),
  'terminal.fontFamily': z
    .string()
    .max(200)
    .default('JetBrains Mono Variable')
    .describe('Font of terminals; the bundled one is used for what it lacks.'),
  'terminal.fontSize': whole(8, 40, 13, 'Size of the font in pixels.'),
  'terminal.lineHeight': z.number().min(1).max(2).default(1.2).describe('Height of a line, in font sizes.'),
  'terminal.ligatures': flag(false, 'Joins characters such as => where the font can.'),
  'terminal.cursorStyle': z
    .enum(['block', 'bar', 'underline'])
    .default('block')
    .describe('Form of the cursor.'),
  'terminal.cursorBlink': flag(false, 'Whether the cursor blinks.'),
  'terminal.scrollback': whole(0, 100_000, 25_000, 'Lines kept above the screen.'),
  'terminal.colourScheme': z
    .enum(['porthole', 'solarized', 'gruvbox', 'nord', 'high-contrast'])
    .default('porthole')
    .describe('The sixteen colours of terminals; each scheme has a light and a dark form.'),
  'terminal.copyOnSelect': flag(false, 'Copies what is selected, at once.'),
  'terminal.rightClick': z
    .enum(['menu', 'paste', 'copy-or-paste'])
    .default('menu')
    .describe('What a right click in a terminal does.'),
  'terminal.pasteWarning': flag(true, 'Shows several lines before they are pasted.'),
  'terminal.bell': z
    .enum(['none', 'visual', 'sound'])
    .default('none')
    .describe('What a bell character does.'),
  'terminal.wordSeparators': z
    .string()
    .max(100)
    .default(' ()[]{}\'",;|<>`')
    .describe('Characters that end a word for a double click.'),
  'terminal.screenReader': flag(false, 'Lets screen readers read terminals; large output becomes slower.'),
  keys: KeyBindings.default({}).describe(
    'Keys of commands that differ from the built-in ones: one, several, or null for none.',
  ),
  'network.httpProxy': z
    .string()
    .max(500)
    .refine((text) => text === '' || /^https?:\/\/[^/@\s]+\/?$/.test(text), 'expected http://host:port')
    .default('')
    .describe('HTTP proxy for connections to clusters, such as http://proxy.example:3128; empty = none.'),
  'network.httpProxyUser': z.string().max(200).default('').describe('User name at the HTTP proxy.'),
  'network.noProxy': z
    .array(z.string().max(300))
    .max(200)
    .default([])
    .describe('Hosts that are reached without the HTTP proxy; .example.com stands for all below it.'),
  // The usual range is below what systems give to outgoing connections, so that a kept port is seldom taken by chance.
  'connections.firstPort': whole(
    1_024,
    65_535,
    20_000,
    'New tunnels get a port of this machine from here on; known ones keep theirs.',
  ),
  'connections.lastPort': whole(1_024, 65_535, 29_999, 'And no port above this one.'),
  'connections.keepAliveSeconds': whole(
    5,
    600,
    15,
    'How often a quiet SSH connection is tested; after three tests without an answer it is lost.',
  ),
  'connections.reconnect': flag(
    true,
    'Opens the lost connection of a terminal again when its tab comes to the front or the network is back.',
  ),
  'notifications.system': flag(
    true,
    'Shows notices of the operating system while the window is in the background.',
  ),
  'notifications.requests': flag(true, 'Tells of access requests that were decided or wait for a review.'),
  'notifications.transfers': flag(true, 'Tells when a file transfer has ended.'),
  'files.editor': z
    .string()
    .max(500)
    .default('')
    .describe('Program that opens files for editing; empty = the one of the system.'),
  'files.side': z.enum(['left', 'right']).default('right').describe('Where files stand beside a terminal.'),
  'files.width': whole(20, 80, 50, 'Share of the window that files beside a terminal take, in percent.'),
  'files.showHidden': flag(false, 'Shows files whose names begin with a point.'),
  'workspace.restore': flag(true, 'Opens the tabs of the last run again.'),
  'advanced.logLevel': z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('How much is written to the log.'),
  'advanced.logNames': flag(
    false,
    'Writes names, paths and messages to the log as they are, for a problem that cannot be found without them.',
  ),
});
export type Settings = z.infer<typeof Settings>;
export type SettingName = keyof Settings;
export const settingNames = Object.keys(Settings.shape) as SettingName[];
export const defaultSettings: Settings = Settings.parse({});

/** Some settings, without defaults for the others. */
export const SettingChanges = z.object(
  Object.fromEntries(settingNames.map((name) => [name, Settings.shape[name].removeDefault().optional()])),
) as unknown as z.ZodType<Partial<Settings>>;

/** One value of the file that cannot be used; its default counts instead, and the file keeps it. */
export const SettingProblem = z.object({
  name: ShortText,
  /** Of `keys`: the command. */
  part: ShortText.optional(),
  reason: z.string().max(1_000),
  /** Where the file has it, counted from 1. */
  line: z.number().int().positive().optional(),
});

export const SettingsInfo = z.object({
  values: Settings,
  /** Names whose values the file gives; all others have their defaults. */
  changed: z.array(ShortText).max(1_000),
  path: z.string().max(2_000),
  problems: z.array(SettingProblem).max(100),
  /** Why the whole file cannot be used, with its line; the last good values count until it is mended. */
  fileProblem: ErrorInfo.optional(),
  /** Written by a newer Porthole, or too large: it is read as far as possible and never written. */
  isReadOnly: z.boolean(),
  /** A password for the HTTP proxy is kept, sealed. */
  hasHttpProxyPassword: z.boolean(),
});
export type SettingsInfo = z.infer<typeof SettingsInfo>;

export const settings = {
  /** Takes effect at once, in every page. Values are judged one by one: a wrong one changes nothing. */
  set: oc.input(z.object({ values: SettingChanges })).output(z.void()),
  /** Gives defaults back. */
  reset: oc.input(z.object({ names: z.array(z.enum(settingNames)).max(1_000) })).output(z.void()),
  /** Changes the keys of some commands; what the file has for others stays, even what cannot be used. */
  bindKeys: oc.input(z.object({ changes: z.array(KeyChange).max(100) })).output(z.void()),
  /** Renames a file that cannot be read, and begins with what was kept of it. `path` = where the file is now. */
  putAside: oc.output(z.object({ path: z.string().max(2_000) })),
  /** Empty takes the password away. It is sealed and never comes back to a page. */
  setHttpProxyPassword: oc.input(z.object({ password: z.string().max(1_000) })).output(z.void()),
};
