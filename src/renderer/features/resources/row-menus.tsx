import {
  AppWindow,
  Cable,
  CircleHelp,
  Copy,
  FolderTree,
  Globe,
  Info,
  KeyRound,
  Terminal,
} from 'lucide-react';
import { useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { RowPopup } from '../../ui/row-popup.tsx';
import { addressText } from './kinds.tsx';
import { canConnect } from './resource-row.tsx';

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
  onFiles: () => void;
  onConnect: () => void;
  onOpenApp: (through: 'tunnel' | 'proxy') => void;
  onRequest: () => void;
  onExplain: () => void;
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
        {resource.kind === 'server' &&
          !resource.requiresRequest &&
          item('Open files', <FolderTree size={14} aria-hidden />, props.onFiles)}
        {resource.kind !== 'server' &&
          canConnect(resource) &&
          item('Connect…', <Cable size={14} aria-hidden />, props.onConnect)}
        {isWebApp(resource) &&
          item('Open in browser', <AppWindow size={14} aria-hidden />, () => props.onOpenApp('tunnel'))}
        {isWebApp(resource) &&
          item('Open through the proxy', <Globe size={14} aria-hidden />, () => props.onOpenApp('proxy'))}
        {resource.requiresRequest &&
          item('Put into the cart or out of it', <KeyRound size={14} aria-hidden />, props.onRequest)}
        {item('Explain access', <CircleHelp size={14} aria-hidden />, props.onExplain)}
        {item('Details', <Info size={14} aria-hidden />, props.onDetails)}
        {item('Copy name', <Copy size={14} aria-hidden />, () => props.onCopy(resource.name))}
        {resource.address &&
          item('Copy address', <Copy size={14} aria-hidden />, () => props.onCopy(addressText(resource)))}
      </div>
    </RowPopup>
  );
}

/** A TCP app has no page to show. */
function isWebApp(resource: Resource): boolean {
  return resource.kind === 'app' && canConnect(resource) && !/^tcp\b/i.test(resource.address);
}
