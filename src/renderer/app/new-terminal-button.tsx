import { Menu } from '@base-ui/react/menu';
import { ChevronDown, Plus } from 'lucide-react';
import { useState } from 'react';
import { toAppError } from '../client/api.ts';
import { useSession } from '../state/store.ts';
import { useOpenLocalShell } from '../state/use-open-local-shell.ts';
import { useUi } from '../state/ui-state.ts';
import { IconButton } from '../ui/button.tsx';

interface LocalProgram {
  readonly name: string;
  readonly program: string;
}

/** A terminal on this machine: the last shell at once, the others in a menu. */
export function NewTerminalButton() {
  const session = useSession();
  const ui = useUi();
  const openTerminal = useOpenLocalShell();
  const [programs, setPrograms] = useState<readonly LocalProgram[]>([]);
  const load = () =>
    void session
      .call((api) => api.shells.localPrograms())
      .then(setPrograms)
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <div className="new-terminal">
      <IconButton label="New terminal" onClick={() => openTerminal()}>
        <Plus size={14} aria-hidden />
      </IconButton>
      <Menu.Root onOpenChange={(open) => open && load()}>
        <Menu.Trigger className="icon-button" aria-label="Choose a shell" title="Choose a shell">
          <ChevronDown size={12} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="positioner" sideOffset={4} align="start">
            <Menu.Popup className="popup" aria-label="Shells of this machine">
              <Menu.Group>
                <Menu.GroupLabel className="menu-group">New terminal on this machine</Menu.GroupLabel>
                {programs.map(({ name, program }) => (
                  <Menu.Item key={program} className="menu-item" onClick={() => openTerminal(program)}>
                    <span className="grow">{name}</span>
                    <span className="mono muted">{program}</span>
                  </Menu.Item>
                ))}
              </Menu.Group>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
