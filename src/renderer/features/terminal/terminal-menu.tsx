import { Menu } from '@base-ui/react/menu';

export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** The menu of a right click. */
export function TerminalMenu(props: {
  place: MenuPlace;
  hasSelection: boolean;
  onCopy: () => void;
  onPaste: () => void;
  onSelectAll: () => void;
  onFind: () => void;
  onClear: () => void;
  onClose: () => void;
}) {
  const { x, y } = props.place;
  const anchor = { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
  return (
    <Menu.Root open onOpenChange={(open) => !open && props.onClose()} modal={false}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} className="positioner" side="bottom" align="start">
          <Menu.Popup className="popup" aria-label="Terminal" finalFocus={false}>
            <Menu.Item className="menu-item" disabled={!props.hasSelection} onClick={props.onCopy}>
              Copy
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={props.onPaste}>
              Paste
            </Menu.Item>
            <Menu.Separator className="menu-line" />
            <Menu.Item className="menu-item" onClick={props.onSelectAll}>
              Select all
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={props.onFind}>
              Find
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={props.onClear}>
              Clear scrollback
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
