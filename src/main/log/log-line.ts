import { z } from 'zod';
import { LogDomain, LogEntry, type LogField, LogLevel, LogValueKind } from '../../shared/contract/log.ts';

const Value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.partialRecord(LogValueKind.exclude(['word']), z.string()),
]);
const Line = z
  .object({ at: z.string(), run: z.string(), level: LogLevel, domain: LogDomain, event: z.string() })
  .catchall(Value);

/** One entry as a line of the file: words as they are, everything else under the name of its kind. */
export function toLine(entry: LogEntry, run: string): string {
  const { at, level, domain, event, fields } = entry;
  const values = fields.map(({ name, kind, written }) => [
    name,
    kind === 'word' ? written : { [kind]: written },
  ]);
  return JSON.stringify({ at, run, level, domain, event, ...Object.fromEntries(values) });
}

/** Reads a line back; undefined for one that is none, such as the torn last line of a crash. */
export function fromLine(line: string): { readonly run: string; readonly entry: LogEntry } | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = Line.safeParse(raw);
  if (!parsed.success) return undefined;
  const { at, run, level, domain, event, ...values } = parsed.data;
  const fields = Object.entries(values).flatMap(([name, value]) => toField(name, value));
  const entry = LogEntry.safeParse({ at, level, domain, event, fields });
  return entry.success ? { run, entry: entry.data } : undefined;
}

function toField(name: string, value: z.infer<typeof Value>): LogField[] {
  if (typeof value !== 'object') return [{ name, kind: 'word', written: String(value) }];
  return Object.entries(value).map(([kind, written]) => ({
    name,
    kind: kind as LogField['kind'],
    written: String(written),
  }));
}
