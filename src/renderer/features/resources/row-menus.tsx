import { Popover } from '@base-ui/react/popover';
import { Copy, Info, Terminal } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { addressText } from './kinds.tsx';

/** A popup that belongs to a row: closes with Esc, and gives the focus back. */
function RowPopup(props: {
  anchor: HTMLElement;
  label: string;
  onClose: () => void;
  children: React.ReactNode;
}) {
  const popup = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
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

/** Chooses the login: those that the cluster allows, the last one first, or another that is typed. */
export function LoginMenu(props: {
  resource: Resource;
  anchor: HTMLElement;
  onChoose: (login: string) => void;
  onClose: () => void;
}) {
  const { resource } = props;
  const [other, setOther] = useState('');
  const logins = [...resource.logins].sort(
    (a, b) => Number(b === resource.lastLogin) - Number(a === resource.lastLogin),
  );
  return (
    <RowPopup anchor={props.anchor} label={`Log in to ${resource.name}`} onClose={props.onClose}>
      <div className="menu-group">Log in as</div>
      {logins.length > 0 && (
        <div role="menu" aria-label="Log in as">
          {logins.map((login) => (
            <button
              key={login}
              type="button"
              role="menuitem"
              aria-label={login}
              className="menu-item mono"
              onClick={() => props.onChoose(login)}
            >
              <span className="grow">{login}</span>
              {login === resource.lastLogin && <span className="muted">last used</span>}
            </button>
          ))}
        </div>
      )}
      <form
        className="login-other"
        onSubmit={(event) => {
          event.preventDefault();
          if (other.trim() !== '') props.onChoose(other.trim());
        }}
      >
        <Field
          label="Other login"
          className="mono"
          value={other}
          onChange={(event) => setOther(event.target.value)}
          spellCheck={false}
          autoComplete="off"
        />
        <Button type="submit">Log in</Button>
      </form>
    </RowPopup>
  );
}

/** What else can be done with a row. */
export function MoreMenu(props: {
  resource: Resource;
  anchor: HTMLElement;
  onLogin: () => void;
  onDetails: () => void;
  onCopy: (text: string) => void;
  onClose: () => void;
}) {
  const { resource } = props;
  const item = (label: string, icon: React.ReactNode, work: () => void) => (
    <button
      type="button"
      role="menuitem"
      className="menu-item"
      onClick={() => {
        props.onClose();
        work();
      }}
    >
      {icon} {label}
    </button>
  );
  return (
    <RowPopup anchor={props.anchor} label={`More for ${resource.name}`} onClose={props.onClose}>
      <div role="menu" aria-label={`More for ${resource.name}`}>
        {resource.kind === 'server' &&
          !resource.requiresRequest &&
          item('Log in as…', <Terminal size={14} aria-hidden />, props.onLogin)}
        {item('Details', <Info size={14} aria-hidden />, props.onDetails)}
        {item('Copy name', <Copy size={14} aria-hidden />, () => props.onCopy(resource.name))}
        {resource.address &&
          item('Copy address', <Copy size={14} aria-hidden />, () => props.onCopy(addressText(resource)))}
      </div>
    </RowPopup>
  );
}
