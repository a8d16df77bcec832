import { useDeferredValue, useMemo, useState } from 'react';
import { type LogEntry, type LogLevel, logDomains, logLevels } from '../../../shared/contract/log.ts';
import { useAppState } from '../../state/store.ts';
import { useCopy } from '../../state/use-copy.ts';
import { useFeed } from '../../state/use-feed.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/switch.tsx';
import { filterEntries, type LogFilter, lineOf } from './log-lines.ts';
import { LogList } from './log-list.tsx';
import './diagnostics.css';

const maxEntries = 20_000;
const levelWords: Readonly<Record<LogLevel, string>> = {
  error: 'Errors',
  warn: 'Warnings and errors',
  info: 'What happened',
  debug: 'Everything',
};
const domainWords = {
  all: 'All parts',
  app: 'App',
  clusters: 'Clusters',
  requests: 'Access requests',
  shells: 'Shells',
  files: 'Files',
  tunnels: 'Tunnels',
  settings: 'Settings',
  'usage-data': 'Usage data',
  page: 'Window',
} as const;

/** The log, as it grows, with a filter. */
export function LogSection() {
  const [entries, setEntries] = useState<readonly LogEntry[]>([]);
  const [filter, setFilter] = useState<LogFilter>({
    level: 'debug',
    domain: 'all',
    text: '',
    showsNames: false,
  });
  const copy = useCopy();
  const folder = useAppState((state) => state.settings.path).replace(/[^/\\]+$/, 'logs');
  useFeed((api, signal) => api.log.watch(undefined, { signal }), {
    onStart: () => setEntries([]),
    onItem: (item) => setEntries((old) => [...old, ...item.entries].slice(-maxEntries)),
  });
  const applied = useDeferredValue(filter);
  const shown = useMemo(() => filterEntries(entries, applied), [entries, applied]);
  const change = (part: Partial<LogFilter>) => setFilter((old) => ({ ...old, ...part }));
  return (
    <div className="log-view">
      <div className="log-tools">
        <input
          type="search"
          className="input grow"
          aria-label="Filter the log"
          placeholder="Filter"
          value={filter.text}
          onChange={(event) => change({ text: event.target.value })}
          onKeyDown={(event) => event.key === 'Escape' && change({ text: '' })}
          spellCheck={false}
        />
        <Select
          label="Level"
          value={filter.level}
          choices={logLevels.map((level) => [level, levelWords[level]])}
          onChange={(level) => change({ level })}
        />
        <Select
          label="Part"
          value={filter.domain}
          choices={(['all', ...logDomains] as const).map((domain) => [domain, domainWords[domain]])}
          onChange={(domain) => change({ domain })}
        />
      </div>
      <LogList entries={shown} showsNames={filter.showsNames} />
      <div className="line log-foot">
        <span className="muted" role="status" aria-label="Lines of the log">
          {shown.length === entries.length
            ? `${entries.length} lines`
            : `${shown.length} of ${entries.length} lines`}
        </span>
        <span className="grow" />
        <span aria-hidden>Names and messages</span>
        <Switch
          label="Show names and messages"
          isOn={filter.showsNames}
          onChange={(showsNames) => change({ showsNames })}
        />
        <Button
          disabled={shown.length === 0}
          onClick={() => copy(shown.map((entry) => lineOf(entry, filter.showsNames)).join('\n'))}
        >
          Copy lines
        </Button>
      </div>
      <p className="field-label">
        Kept in <span className="mono">{folder}</span>. Names and paths stand in the files as numbers,
        messages not at all, unless the setting “Names in the log” is on; lines of earlier runs cannot be read
        in clear.
      </p>
    </div>
  );
}
