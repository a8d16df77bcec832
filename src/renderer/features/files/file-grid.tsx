import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { FileEntry } from '../../../shared/contract/files.ts';
import type { SortField, Sorting } from './entry-look.ts';
import { FileRow, type RowActions } from './file-row.tsx';
import { type Selection, select, type SelectHow } from './selection.ts';
import './file-grid.css';

const rowHeight = 28;
const headHeight = 28;

export interface GridHandle {
  focus(): void;
}

export interface FileGridProps {
  readonly label: string;
  readonly rows: readonly FileEntry[];
  readonly isBusy: boolean;
  readonly sorting: Sorting;
  readonly onSort: (field: SortField) => void;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly onOpen: (entry: FileEntry) => void;
  /** Where a menu for the selection opens. */
  readonly onMenu: (x: number, y: number) => void;
  /** True when the key was used. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly renamed: string | undefined;
  readonly onRenamed: (entry: FileEntry, name: string | undefined) => void;
  readonly handle: RefObject<GridHandle | null>;
}

/** A folder as a virtualised grid. The focus stays on the grid itself, so that no row that leaves the view takes it along. */
export function FileGrid(props: FileGridProps) {
  const { rows, selection } = props;
  const id = useId();
  const [now] = useState(() => Date.now());
  const scroller = useRef<HTMLDivElement>(null);
  const order = useMemo(() => rows.map((entry) => entry.name), [rows]);
  const places = useMemo(() => new Map(order.map((name, at) => [name, at])), [order]);
  const active = selection.active === undefined ? -1 : (places.get(selection.active) ?? -1);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The head stands in the same scroller, above the rows.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  });
  const items = virtualizer.getVirtualItems();
  useImperativeHandle(props.handle, () => ({
    focus: () => scroller.current?.focus({ preventScroll: true }),
  }));

  const choose = (index: number, how: SelectHow) => {
    props.onSelect(select(selection, order, index, how));
    virtualizer.scrollToIndex(index);
  };
  // Rows are drawn again only when they change: what they call must stay the same.
  const latest = useRef({ props, rows, choose });
  useEffect(() => {
    latest.current = { props, rows, choose };
  });
  const actions = useMemo<RowActions>(
    () => ({
      onMouseDown(index, event) {
        const { props: now, choose: pick, rows: all } = latest.current;
        if (event.button === 2) {
          if (!now.selection.names.has(all[index]?.name ?? '')) pick(index, 'only');
          return;
        }
        if (event.button !== 0) return;
        pick(index, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only');
        if (event.shiftKey) event.preventDefault();
      },
      onOpen(index) {
        const entry = latest.current.rows[index];
        if (entry) latest.current.props.onOpen(entry);
      },
      onMenu(_index, event) {
        event.preventDefault();
        latest.current.props.onMenu(event.clientX, event.clientY);
      },
      onRenamed: (entry, name) => latest.current.props.onRenamed(entry, name),
    }),
    [],
  );

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== scroller.current) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const last = rows.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active < 0 ? last : active - 1,
      Home: 0,
      End: last,
      PageDown: Math.max(0, active) + page,
      PageUp: active - page,
    };
    const to = event.altKey ? undefined : moves[event.key];
    const main = event.ctrlKey || event.metaKey;
    if (to !== undefined)
      choose(Math.max(0, Math.min(to, last)), event.shiftKey ? 'range' : main ? 'move' : 'only');
    else if (event.key === ' ' && !event.altKey) choose(Math.max(0, active), 'toggle');
    else if (main && event.key.toLowerCase() === 'a')
      props.onSelect({ ...selection, active: selection.active ?? order[0], names: new Set(order) });
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const row = scroller.current?.querySelector('[data-active="true"]') ?? scroller.current;
      const box = row?.getBoundingClientRect();
      props.onMenu((box?.left ?? 0) + 32, (box?.top ?? 0) + rowHeight);
    } else if (event.key === 'Enter' && !event.altKey && !main) {
      const entry = rows[active];
      if (entry) props.onOpen(entry);
    } else if (!props.onKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isActiveDrawn = items.some((item) => item.index === active);

  return (
    <div
      ref={scroller}
      className="file-grid"
      role="grid"
      aria-label={props.label}
      aria-multiselectable
      aria-rowcount={rows.length + 1}
      aria-busy={props.isBusy}
      aria-activedescendant={isActiveDrawn ? `${id}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseDown={(event) => {
        const { target } = event;
        if (target instanceof Element && !target.closest('[role="row"]'))
          props.onSelect({ ...selection, names: new Set() });
      }}
      onContextMenu={(event) => {
        if (event.defaultPrevented) return;
        event.preventDefault();
        props.onMenu(event.clientX, event.clientY);
      }}
    >
      <div role="row" className="file-head" aria-rowindex={1}>
        <SortHead label="Name" field="name" sorting={props.sorting} onSort={props.onSort} />
        <SortHead label="Size" field="size" sorting={props.sorting} onSort={props.onSort} />
        <SortHead label="Modified" field="modified" sorting={props.sorting} onSort={props.onSort} />
        <SortHead label="Mode" field="mode" sorting={props.sorting} onSort={props.onSort} />
        <SortHead label="Owner" field="owner" sorting={props.sorting} onSort={props.onSort} />
      </div>
      <div role="rowgroup" className="file-rows">
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const entry = rows[item.index];
            return (
              entry && (
                <FileRow
                  key={entry.name}
                  id={`${id}-${item.index}`}
                  entry={entry}
                  index={item.index}
                  isActive={item.index === active}
                  isSelected={selection.names.has(entry.name)}
                  isRenamed={props.renamed === entry.name}
                  top={item.start - headHeight}
                  now={now}
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

function SortHead(props: {
  label: string;
  field: SortField;
  sorting: Sorting;
  onSort: (field: SortField) => void;
}) {
  const { field, sorting } = props;
  const state = sorting.field !== field ? 'none' : sorting.descending ? 'descending' : 'ascending';
  return (
    <div role="columnheader" aria-sort={state} className={`file-${field}`}>
      <button type="button" className="head-button" onClick={() => props.onSort(field)}>
        {props.label}
        {state !== 'none' && <span aria-hidden> {state === 'ascending' ? '↑' : '↓'}</span>}
      </button>
    </div>
  );
}
