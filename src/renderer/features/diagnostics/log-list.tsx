import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { LogEntry } from '../../../shared/contract/log.ts';
import { formatExact } from '../../ui/time.ts';
import { detailOf, valueOf } from './log-lines.ts';

const rowHeight = 24;

/** Lines of the log as a virtualised list box; the chosen one is spelled out below. It stays at its end until one leaves it. */
export function LogList({ entries, showsNames }: { entries: readonly LogEntry[]; showsNames: boolean }) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [chosen, setChosen] = useState<LogEntry>();
  const active = chosen ? entries.indexOf(chosen) : -1;
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  useEffect(() => {
    if (isAtEnd.current && entries.length > 0) virtualizer.scrollToIndex(entries.length - 1);
  }, [entries, virtualizer]);
  const choose = (index: number) => {
    const at = Math.max(0, Math.min(index, entries.length - 1));
    setChosen(entries[at]);
    virtualizer.scrollToIndex(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const last = entries.length - 1;
    const from = active < 0 ? last + 1 : active;
    const moves: Record<string, number> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      Home: 0,
      End: last,
      PageDown: from + page,
      PageUp: from - page,
    };
    const to = moves[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(to);
  };
  return (
    <>
      <div
        ref={scroller}
        className="log-list"
        role="listbox"
        aria-label="Log"
        tabIndex={0}
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget: at }) => {
          isAtEnd.current = at.scrollTop + at.clientHeight >= at.scrollHeight - rowHeight;
        }}
      >
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const entry = entries[item.index];
            return (
              entry && (
                <div
                  key={item.key}
                  id={`${id}-${item.index}`}
                  role="option"
                  aria-selected={item.index === active}
                  aria-setsize={entries.length}
                  aria-posinset={item.index + 1}
                  className="log-line"
                  data-level={entry.level}
                  style={{ transform: `translateY(${item.start}px)` }}
                  onClick={() => choose(item.index)}
                >
                  <time dateTime={entry.at} title={formatExact(entry.at)}>
                    {clockOf(entry.at)}
                  </time>
                  <span className="log-level">{entry.level}</span>
                  <span className="log-domain">{entry.domain}</span>
                  <span className="clip">{detailOf(entry, showsNames)}</span>
                </div>
              )
            );
          })}
        </div>
        {entries.length === 0 && <p className="log-empty muted">No line matches.</p>}
      </div>
      {chosen && active >= 0 && <ChosenLine entry={chosen} showsNames={showsNames} />}
    </>
  );
}

function ChosenLine({ entry, showsNames }: { entry: LogEntry; showsNames: boolean }) {
  return (
    <section className="log-chosen" aria-label="Chosen line" tabIndex={0}>
      <dl className="facts">
        <dt>{entry.event}</dt>
        <dd>
          {formatExact(entry.at)}, {entry.domain}, {entry.level}
        </dd>
        {entry.fields.map((field) => (
          <LogFieldRow key={field.name} name={field.name} value={valueOf(field, showsNames)} />
        ))}
      </dl>
    </section>
  );
}

function LogFieldRow({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono log-value">{value}</dd>
    </>
  );
}

function clockOf(instant: string): string {
  const at = new Date(instant);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
