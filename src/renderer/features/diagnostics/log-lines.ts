import {
  type LogDomain,
  type LogEntry,
  type LogField,
  type LogLevel,
  logLevels,
} from '../../../shared/contract/log.ts';

export interface LogFilter {
  /** This level and all graver ones. */
  readonly level: LogLevel;
  readonly domain: LogDomain | 'all';
  /** Words that a line has to have, in any order. */
  readonly text: string;
  readonly showsNames: boolean;
}

/** The value of a field as it is shown; what is hidden says of which kind it is. */
export function valueOf(field: LogField, showsNames: boolean): string {
  if (field.kind === 'secret') return '[secret]';
  const value = showsNames ? (field.clear ?? field.written) : field.written;
  return value === '' && field.kind === 'prose' ? '[message hidden]' : value;
}

/** One line, as it is shown and copied. */
export function lineOf(entry: LogEntry, showsNames: boolean): string {
  return [entry.at, entry.level, entry.domain, detailOf(entry, showsNames)].join(' ');
}

/** The event and its fields, on one line. */
export function detailOf(entry: LogEntry, showsNames: boolean): string {
  const fields = entry.fields.map((field) => `${field.name}=${valueOf(field, showsNames)}`);
  return [entry.event, ...fields].join(' ').replaceAll('\n', ' | ');
}

/** Entries that the filter lets through, in their order. A hidden name is not found by it. */
export function filterEntries(entries: readonly LogEntry[], filter: LogFilter): readonly LogEntry[] {
  const most = logLevels.indexOf(filter.level);
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (logLevels.indexOf(entry.level) > most) return false;
    if (filter.domain !== 'all' && entry.domain !== filter.domain) return false;
    if (words.length === 0) return true;
    const line = lineOf(entry, filter.showsNames).toLowerCase();
    return words.every((word) => line.includes(word));
  });
}
