import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../shared/contract/log.ts';
import { filterEntries, type LogFilter, lineOf } from './log-lines.ts';

const entry: LogEntry = {
  at: '2026-01-02T03:04:05.678Z',
  level: 'warn',
  domain: 'clusters',
  event: 'connection-lost',
  fields: [
    { name: 'account', kind: 'name', written: '#12345678', clear: 'alice' },
    { name: 'error', kind: 'prose', written: '', clear: 'web-01 is\ngone' },
    { name: 'password', kind: 'secret', written: '' },
    { name: 'code', kind: 'word', written: 'timed-out' },
  ],
};
const other: LogEntry = { ...entry, level: 'debug', domain: 'shells', event: 'opened', fields: [] };
const everything: LogFilter = { level: 'debug', domain: 'all', text: '', showsNames: false };

describe('a line of the log', () => {
  it('has names only when they are wanted, and never a secret', () => {
    expect(lineOf(entry, false)).toBe(
      '2026-01-02T03:04:05.678Z warn clusters connection-lost account=#12345678 error=[message hidden] password=[secret] code=timed-out',
    );
    expect(lineOf(entry, true)).toContain('account=alice error=web-01 is | gone password=[secret]');
  });
});

describe('the filter', () => {
  const found = (filter: Partial<LogFilter>) => filterEntries([entry, other], { ...everything, ...filter });

  it('lets through a level and what is graver, one part, and all words in any order', () => {
    expect(found({})).toEqual([entry, other]);
    expect(found({ level: 'info' })).toEqual([entry]);
    expect(found({ level: 'error' })).toEqual([]);
    expect(found({ domain: 'shells' })).toEqual([other]);
    expect(found({ text: 'TIMED lost' })).toEqual([entry]);
    expect(found({ text: 'lost opened' })).toEqual([]);
  });

  it('does not find a name that is hidden', () => {
    expect(found({ text: 'alice' })).toEqual([]);
    expect(found({ text: 'alice', showsNames: true })).toEqual([entry]);
  });
});
