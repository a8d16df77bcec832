import { Menu } from '@base-ui/react/menu';
import type { VirtualElement } from './menu-place.ts';

export interface FileCommand {
  readonly label: string;
  readonly key?: string;
  readonly isOff?: boolean;
  readonly run: () => void;
}

/** What can be done with the selection; null stands for a line. */
export function FileMenu(props: {
  place: VirtualElement;
  commands: readonly (FileCommand | null)[];
  onClose: () => void;
}) {
  return (
    <Menu.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Menu.Portal>
        <Menu.Positioner
          className="positioner"
          anchor={props.place}
          side="bottom"
          align="start"
          sideOffset={2}
        >
          <Menu.Popup className="popup" aria-label="Files" finalFocus={false}>
            {props.commands.map((command, at) =>
              command === null ? (
                <hr key={`line-${at}`} className="menu-line" />
              ) : (
                <Menu.Item
                  key={command.label}
                  className="menu-item"
                  disabled={command.isOff}
                  onClick={command.run}
                >
                  <span className="grow">{command.label}</span>
                  {command.key && <kbd>{command.key}</kbd>}
                </Menu.Item>
              ),
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
