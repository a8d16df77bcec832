import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import { useRowHeight } from '../../state/use-appearance.ts';
import type { ResourcePages } from './use-resource-pages.ts';
import { ResourceRow, type RowActions } from './resource-row.tsx';

const loadAhead = 30;

export interface GridProps {
  readonly pages: ResourcePages;
  readonly sort: { readonly field: 'name' | 'kind'; readonly descending: boolean };
  readonly onSort: (field: 'name' | 'kind') => void;
  readonly onConnect: (resource: Resource, anchor: HTMLElement) => void;
  readonly onMore: (resource: Resource, anchor: HTMLElement) => void;
  /** Resources in the cart. */
  readonly inCart: ReadonlySet<string>;
  readonly onDetails: (resource: Resource) => void;
  /** Receives the grid, so that others can put the focus into it. */
  readonly focusRef: RefObject<(() => void) | null>;
}

/** A virtualised grid: only the rows in sight exist, the keyboard reaches all of them. */
export function ResourceGrid(props: GridProps) {
  const { pages, sort } = props;
  const { items } = pages;
  const scroller = useRef<HTMLDivElement>(null);
  const [activeUri, setActiveUri] = useState<string>();
  const rowHeight = useRowHeight();
  // The choice follows the resource, not the place: new rows above it do not move it.
  const found = items.findIndex((item) => item.uri === activeUri);
  const active = found < 0 ? 0 : found;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;

  useEffect(() => {
    if (items.length > 0 && last + loadAhead >= items.length) pages.loadMore();
  });

  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(index, items.length - 1));
    setActiveUri(items[target]?.uri);
    virtualizer.scrollToIndex(target);
    const row = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${target}"]`);
    const drawn = row();
    // At once where it can be: the next key may come before the next frame.
    if (drawn) drawn.focus({ preventScroll: true });
    else requestAnimationFrame(() => row()?.focus({ preventScroll: true }));
  };
  useEffect(() => {
    props.focusRef.current = () => focusRow(active);
  });

  const actions: RowActions = {
    onSelect: (index) => setActiveUri(items[index]?.uri),
    onConnect: props.onConnect,
    onMore: props.onMore,
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[role="row"]');
    const item = items[active];
    if (!row || !item) return;
    const onRow = event.target === row;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      Home: 0,
      End: items.length - 1,
      PageDown: active + page,
      PageUp: active - page,
    };
    const to = moves[event.key];
    if (to !== undefined) focusRow(to);
    else if (event.key === 'Enter' && onRow) props.onConnect(item, row);
    else if (event.key === ' ' && onRow) props.onDetails(item);
    else return;
    event.preventDefault();
  };
  const sortState = (field: 'name' | 'kind') =>
    sort.field !== field ? 'none' : sort.descending ? 'descending' : 'ascending';

  return (
    <div
      className="grid"
      role="grid"
      aria-label="Resources"
      aria-rowcount={pages.hasMore ? -1 : items.length + 1}
      aria-busy={pages.isLoading}
      onKeyDown={onKeyDown}
    >
      <div role="row" className="grid-head resource-head" aria-rowindex={1}>
        <SortHead label="Name" state={sortState('name')} onClick={() => props.onSort('name')} />
        <SortHead label="Kind or address" state={sortState('kind')} onClick={() => props.onSort('kind')} />
        <div role="columnheader">Labels</div>
        <div role="columnheader">
          <span className="hidden-text">Actions</span>
        </div>
      </div>
      <div ref={scroller} className="grid-body" role="rowgroup">
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {rows.map((row) => {
            const item = items[row.index];
            return (
              item && (
                <ResourceRow
                  key={item.uri}
                  resource={item}
                  index={row.index}
                  isActive={row.index === active}
                  isInCart={props.inCart.has(item.uri)}
                  top={row.start}
                  actions={actions}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function SortHead(props: { label: string; state: 'none' | 'ascending' | 'descending'; onClick: () => void }) {
  return (
    <div role="columnheader" aria-sort={props.state}>
      <button type="button" className="head-button" onClick={props.onClick}>
        {props.label}
        {props.state !== 'none' && <span aria-hidden> {props.state === 'ascending' ? '↑' : '↓'}</span>}
      </button>
    </div>
  );
}
