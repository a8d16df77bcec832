import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useSignedIn } from '../../state/use-accounts.ts';
import { useNow } from '../../ui/use-now.ts';
import type { ListedRequest } from './merge-lists.ts';
import { RequestRow } from './request-row.tsx';
import type { RequestList } from './use-request-list.ts';

const rowHeight = 40;
const loadAhead = 40;

/** A virtualised grid: only the rows in sight exist, the keyboard reaches all of them. */
export function RequestGrid(props: {
  list: RequestList;
  onOpen: (row: ListedRequest) => void;
  /** Receives the grid, so that others can put the focus into it. */
  focusRef: RefObject<(() => void) | null>;
}) {
  const { list, onOpen } = props;
  const { rows } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const [activeUri, setActiveUri] = useState<string>();
  // The choice follows the request, not the place: new ones above it do not move it.
  const found = rows.findIndex((row) => row.request.uri === activeUri);
  const active = found < 0 ? 0 : found;
  const now = useNow(30_000);
  const namesCluster = new Set(useSignedIn().map((account) => account.clusterUri)).size > 1;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const drawn = virtualizer.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (list.hasMore && last + loadAhead >= rows.length) list.loadMore();
  });
  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(index, rows.length - 1));
    setActiveUri(rows[target]?.request.uri);
    virtualizer.scrollToIndex(target);
    requestAnimationFrame(() =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-index="${target}"]`)
        ?.focus({ preventScroll: true }),
    );
  };
  useEffect(() => {
    props.focusRef.current = () => focusRow(active);
  });
  const current = useRef(rows);
  current.current = rows;
  const onSelect = useCallback((index: number) => setActiveUri(current.current[index]?.request.uri), []);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('.request-row');
    const item = rows[active];
    if (!row || !item) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: active + page,
      PageUp: active - page,
    };
    const to = moves[event.key];
    if (to !== undefined) focusRow(to);
    else if (event.key === 'Enter') onOpen(item);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="grid"
      role="grid"
      aria-label="Access requests"
      aria-rowcount={list.hasMore ? -1 : rows.length + 1}
      aria-busy={list.isLoading}
      onKeyDown={onKeyDown}
    >
      <div role="row" className="grid-head request-head" aria-rowindex={1}>
        <div role="columnheader">Who</div>
        <div role="columnheader">Asks for</div>
        <div role="columnheader">Reason</div>
        <div role="columnheader">State</div>
        <div role="columnheader">Asked</div>
      </div>
      <div ref={scroller} className="grid-body" role="rowgroup">
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {drawn.map((place) => {
            const row = rows[place.index];
            return (
              row && (
                <RequestRow
                  key={row.request.uri}
                  row={row}
                  index={place.index}
                  isActive={place.index === active}
                  top={place.start}
                  now={now}
                  namesCluster={namesCluster}
                  onSelect={onSelect}
                  onOpen={onOpen}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
