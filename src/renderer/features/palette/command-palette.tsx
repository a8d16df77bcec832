import { Dialog } from '@base-ui/react/dialog';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Fragment, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useSession } from '../../state/store.ts';
import { Keys } from '../../ui/keys.tsx';
import type { PaletteItem } from './palette-item.ts';
import type { RankedItem } from './rank.ts';
import { usePaletteRows } from './use-palette-rows.ts';
import './palette.css';

const label = 'Search resources, run commands';
const rowHeight = 32;
const pageRows = 10;

/** One field for everything: resources of all clusters, tabs, actions, settings. `>` leaves only the actions. */
export function CommandPalette(props: {
  actions: readonly PaletteItem[];
  tabs: readonly PaletteItem[];
  settings: readonly PaletteItem[];
  onClose: () => void;
}) {
  const { actions, tabs, settings, onClose } = props;
  const session = useSession();
  const [text, setText] = useState('');
  /** What the person has chosen with the keys or the pointer; else the first row is. */
  const [chosenId, setChosenId] = useState<string>();
  const rows = usePaletteRows({ text, actions, tabs, settings });
  const at = Math.max(
    0,
    rows.findIndex(({ item }) => item.id === chosenId),
  );
  const pick = (ranked: RankedItem | undefined) => {
    if (!ranked) return;
    const { item } = ranked;
    onClose();
    // A tab and a connection count by themselves: the one is gone tomorrow, the other is noted where it is made.
    if (!/^(tab|resource):/.test(item.id))
      void session.call((api) => api.palette.use({ key: item.id })).catch(() => undefined);
    item.run();
  };
  const choose = (index: number) => setChosenId(rows[Math.min(Math.max(0, index), rows.length - 1)]?.item.id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = rows.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at === 0 ? last : at - 1,
      PageDown: at + pageRows,
      PageUp: at - pageRows,
    };
    const to = moves[event.key];
    if (event.key === 'Enter') pick(rows[at]);
    else if (to !== undefined) choose(to);
    else return;
    event.preventDefault();
  };
  const listId = useId();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="veil" />
        <Dialog.Popup className="palette" aria-label={label}>
          <input
            className="palette-input"
            role="combobox"
            aria-label={label}
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={rows.length > 0 ? `${listId}-${at}` : undefined}
            aria-autocomplete="list"
            autoComplete="off"
            spellCheck={false}
            placeholder={label}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setChosenId(undefined);
            }}
            onKeyDown={onKeyDown}
          />
          <PaletteList id={listId} rows={rows} at={at} onChoose={choose} onPick={pick} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Only the rows in sight are drawn. */
function PaletteList(props: {
  id: string;
  rows: readonly RankedItem[];
  at: number;
  onChoose: (index: number) => void;
  onPick: (row: RankedItem | undefined) => void;
}) {
  const { id, rows, at } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 4,
  });
  useEffect(() => {
    if (rows.length > 0) virtual.scrollToIndex(at);
  }, [virtual, at, rows.length]);
  return (
    <div className="palette-list" ref={scroll}>
      {rows.length === 0 && (
        <p className="palette-empty" role="status">
          Nothing matches.
        </p>
      )}
      <div
        id={id}
        role="listbox"
        aria-label="Results"
        style={{ height: virtual.getTotalSize() }}
        tabIndex={-1}
      >
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              <div
                key={row.item.id}
                id={`${id}-${index}`}
                className="menu-item palette-row"
                role="option"
                aria-selected={index === at}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
                data-selected={index === at}
                style={{ transform: `translateY(${start}px)` }}
                onPointerMove={() => index !== at && props.onChoose(index)}
                onClick={() => props.onPick(row)}
              >
                <Marked text={row.item.name} ranges={row.ranges} />
                <span className="muted clip palette-hint">{row.item.hint}</span>
                <span className="muted palette-kind">{kindOf(row.item.id)}</span>
                <Keys chord={row.item.chord} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function kindOf(id: string): string {
  if (id.startsWith('tab:')) return 'Tab';
  return id.startsWith('setting:') ? 'Setting' : '';
}

function Marked({ text, ranges }: { text: string; ranges: RankedItem['ranges'] }) {
  const parts = ranges.map(([start, end], index) => (
    <Fragment key={start}>
      {text.slice(ranges[index - 1]?.[1] ?? 0, start)}
      <mark>{text.slice(start, end)}</mark>
    </Fragment>
  ));
  return (
    <span className="grow clip">
      {parts}
      {text.slice(ranges.at(-1)?.[1] ?? 0)}
    </span>
  );
}
