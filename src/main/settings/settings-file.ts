import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  defaultSettings,
  type SettingName,
  Settings,
  type SettingsInfo,
  settingNames,
} from '../../shared/contract/settings.ts';

/** What this version writes; a file with a higher number is read as far as possible and never written. */
export const settingsFormat = 1;
const maxFileBytes = 1 << 20;

/** The file's own fields, unknown ones included: they are kept. */
export type RawSettings = Readonly<Record<string, unknown>>;

export interface ReadSettings {
  readonly raw: RawSettings;
  readonly values: Settings;
  readonly changed: readonly SettingName[];
  readonly problems: SettingsInfo['problems'];
  readonly isReadOnly: boolean;
}

/** Reads the file; undefined when there is none. Throws `settings-invalid` with the line, or `settings-too-large`. */
export function readSettingsFile(path: string): ReadSettings | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  if (size > maxFileBytes) {
    throw new AppError('settings-too-large', 'The settings file is far too large.', {
      reason: `${path} has ${Math.round(size / (1 << 20))} MB; settings take a few kilobytes.`,
      advice: 'Move the file away; Porthole then begins with its defaults.',
    });
  }
  return judgeSettings(parse(readFileSync(path, 'utf8'), path));
}

/** Judges each value on its own: a wrong one is named and its default counts. */
export function judgeSettings(raw: RawSettings): ReadSettings {
  const values: Record<string, unknown> = { ...defaultSettings };
  const changed: SettingName[] = [];
  const problems: { name: string; reason: string }[] = [];
  for (const name of settingNames) {
    if (raw[name] === undefined) continue;
    const parsed = Settings.shape[name].safeParse(raw[name]);
    if (parsed.success) {
      values[name] = parsed.data;
      changed.push(name);
    } else {
      problems.push({
        name,
        reason: parsed.error.issues
          .map((issue) => issue.message)
          .join('; ')
          .slice(0, 1_000),
      });
    }
  }
  const format = raw['format'] ?? settingsFormat;
  const isReadOnly = typeof format !== 'number' || format > settingsFormat;
  return { raw, values: Settings.parse(values), changed, problems, isReadOnly };
}

/** Keeps the file as it is beside itself; a missing one is no matter. */
export function keepCopy(path: string): void {
  try {
    copyFileSync(path, `${path}.bak`);
  } catch {
    // Nothing there to keep, or no room for it.
  }
}

function parse(text: string, path: string): RawSettings {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw invalid(path, text, cause instanceof Error ? cause.message : '', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path, text, 'expected an object at line 1');
  return value as RawSettings;
}

function invalid(path: string, text: string, message: string, cause?: unknown): AppError {
  const line = lineOf(message, text);
  return new AppError('settings-invalid', `The settings file has an error in line ${line}.`, {
    reason: `${path} is not valid JSON there.`,
    advice:
      'Mend the line; the file is read again as soon as it is saved. Until then the last good settings count.',
    action: 'edit-input',
    detail: message,
    facts: { line: String(line) },
    cause,
  });
}

/** The parser names a line, or a place in the text, or nothing when the text ends too early. */
function lineOf(message: string, text: string): number {
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return before.split('\n').length;
}
