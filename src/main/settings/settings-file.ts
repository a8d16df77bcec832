import { copyFileSync, readFileSync, renameSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { CommandKeys, type KeyBindings } from '../../shared/contract/key-bindings.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  defaultSettings,
  type SettingName,
  Settings,
  type SettingsInfo,
  settingNames,
} from '../../shared/contract/settings.ts';
import { isCommandId } from '../../shared/keys/commands.ts';
import { lineFinder } from './value-lines.ts';

/** What this version writes; a file with a higher number is read as far as possible and never written. */
export const settingsFormat = 1;
const maxFileBytes = 1 << 20;
const maxProblems = 100;

/** The file's own fields, unknown ones included: they are kept. */
export type RawSettings = Readonly<Record<string, unknown>>;

type Problem = SettingsInfo['problems'][number];

export interface ReadSettings {
  readonly raw: RawSettings;
  readonly values: Settings;
  readonly changed: readonly SettingName[];
  readonly problems: readonly Problem[];
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
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const read = judgeSettings(parse(text, path));
  return { ...read, problems: withLines(read.problems, text) };
}

/** Judges each value on its own: a wrong one is named and its default counts. Of `keys` each command is judged on its own. */
export function judgeSettings(raw: RawSettings): ReadSettings {
  const values: Record<string, unknown> = { ...defaultSettings };
  const changed: SettingName[] = [];
  const problems: Problem[] = [];
  for (const name of settingNames) {
    if (raw[name] === undefined) continue;
    const parsed = Settings.shape[name].safeParse(raw[name]);
    if (parsed.success) values[name] = parsed.data;
    if (name === 'keys') {
      const judged = judgeKeys(raw[name]);
      values[name] = judged.bindings;
      problems.push(...judged.problems);
    }
    if (parsed.success || name === 'keys') changed.push(name);
    else problems.push({ name, reason: reasonOf(parsed.error) });
  }
  const format = raw['format'] ?? settingsFormat;
  const isReadOnly = typeof format !== 'number' || format > settingsFormat;
  return {
    raw,
    values: Settings.parse(values),
    changed,
    problems: problems.slice(0, maxProblems),
    isReadOnly,
  };
}

function judgeKeys(raw: unknown): { bindings: KeyBindings; problems: readonly Problem[] } {
  const name = 'keys';
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return { bindings: {}, problems: [{ name, reason: 'expected commands with their keys' }] };
  const bindings: KeyBindings = {};
  const problems: Problem[] = [];
  for (const [command, value] of Object.entries(raw)) {
    const part = command.slice(0, 100);
    const parsed = CommandKeys.safeParse(value);
    if (!isCommandId(command)) problems.push({ name, part, reason: 'there is no command of this name' });
    else if (parsed.success) bindings[command] = parsed.data;
    else problems.push({ name, part, reason: reasonOf(parsed.error) });
  }
  return { bindings, problems };
}

/** Of a union the messages of all its kinds, without those that only say that it is another kind. */
function reasonOf(error: z.ZodError): string {
  const leaves = (issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] =>
    issues.flatMap((issue) => (issue.code === 'invalid_union' ? issue.errors.flatMap(leaves) : [issue]));
  const all = leaves(error.issues);
  const own = all.filter((issue) => issue.code !== 'invalid_type');
  const messages = (own.length > 0 ? own : all).map((issue) => issue.message);
  return [...new Set(messages)].join('; ').slice(0, 1_000);
}

function withLines(problems: readonly Problem[], text: string): readonly Problem[] {
  if (problems.length === 0) return problems;
  const lineOf = lineFinder(text);
  return problems.map((problem) => {
    const line = lineOf(problem.part === undefined ? [problem.name] : [problem.name, problem.part]);
    return line === undefined ? problem : { ...problem, line };
  });
}

/** Changes with every write of the file; empty when there is none. */
export function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : '';
}

/** Renames the file beside itself, over nothing. Throws `store-unwritable`. */
export function moveAside(path: string, now: Date): string {
  const aside = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    throw new AppError('store-unwritable', 'The settings file could not be put aside.', {
      reason: `${path} cannot be renamed.`,
      advice: 'Check the permissions of the folder, or move the file away yourself.',
      action: 'retry',
      cause,
    });
  }
  return aside;
}

/** The copy of before the last change; undefined when it is no better than the file was. */
export function readKeptCopy(path: string): ReadSettings | undefined {
  try {
    const read = readSettingsFile(`${path}.bak`);
    return read?.isReadOnly ? undefined : read;
  } catch {
    return undefined;
  }
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
    value = JSON.parse(text);
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
