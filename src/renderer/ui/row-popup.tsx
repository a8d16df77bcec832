import { Popover } from '@base-ui/react/popover';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';

/** A popup that belongs to a place in the page: closes with Esc, and gives the focus back. */
export function RowPopup(props: {
  anchor: HTMLElement;
  label: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const popup = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || event.defaultPrevented) return;
    const items = [...(popup.current?.querySelectorAll<HTMLElement>('[role="menuitem"], input') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
  };
  return (
    <Popover.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Popover.Portal>
        <Popover.Positioner
          anchor={props.anchor}
          className="positioner"
          side="bottom"
          align="end"
          sideOffset={4}
        >
          <Popover.Popup
            ref={popup}
            className="popup"
            aria-label={props.label}
            onKeyDown={onKeyDown}
            finalFocus={{ current: props.anchor }}
          >
            {props.children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
