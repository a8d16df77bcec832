import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { Resource } from '../../../shared/contract/resources.ts';
import { useAppState } from '../../state/store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { addressText, kindLabels } from './kinds.tsx';
import { canConnect, whyNot } from './resource-row.tsx';

/** Everything known about one resource. */
export function DetailsDrawer({
  resource,
  cluster,
  onConnect,
  onExplain,
  onClose,
}: {
  resource: Resource;
  cluster: string;
  onConnect: () => void;
  onExplain: () => void;
  onClose: () => void;
}) {
  const command = `tsh ssh ${resource.lastLogin ?? resource.logins[0] ?? '<login>'}@${resource.name}`;
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className="drawer stack">
          <div className="line">
            <Base.Title className="dialog-title grow clip">{resource.name}</Base.Title>
            <IconButton label="Close details" onClick={onClose}>
              <X size={16} aria-hidden />
            </IconButton>
          </div>
          {resource.description && <p className="muted">{resource.description}</p>}
          <dl className="facts">
            <dt>Kind</dt>
            <dd>{kindLabels[resource.kind].one}</dd>
            <dt>Cluster</dt>
            <dd className="mono">{cluster}</dd>
            <dt>Address</dt>
            <dd className="mono">{addressText(resource)}</dd>
            <dt>Id</dt>
            <dd className="mono">{resource.id}</dd>
            {resource.kind === 'server' && (
              <>
                <dt>Logins</dt>
                <dd className="mono">{resource.logins.join(', ') || 'none'}</dd>
                <dt>Last login</dt>
                <dd className="mono">{resource.lastLogin ?? 'never from here'}</dd>
                <dt>Command line</dt>
                <dd className="mono">{command}</dd>
              </>
            )}
            {resource.kind !== 'server' && <CommandLine resource={resource} />}
            {canConnect(resource) && resource.kind !== 'server' && <LocalAddresses resource={resource} />}
          </dl>
          {canConnect(resource) && resource.kind !== 'server' && (
            <div className="line">
              <Button
                onClick={() => {
                  onClose();
                  onConnect();
                }}
              >
                Connect
              </Button>
            </div>
          )}
          {!canConnect(resource) && <p className="note">{whyNot(resource)}</p>}
          <div className="line">
            <Button
              onClick={() => {
                onClose();
                onExplain();
              }}
            >
              Explain access
            </Button>
          </div>
          <div className="stack-tight">
            <h3 className="field-label">Labels</h3>
            {resource.labels.length === 0 && <p className="muted">It has none.</p>}
            <ul className="all-labels">
              {resource.labels.map((label) => (
                <li key={label.name} className="label">
                  {label.name}:{label.value}
                </li>
              ))}
            </ul>
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Tunnels that lead to the resource already: their ports stay. */
function LocalAddresses({ resource }: { resource: Resource }) {
  const tunnels = useAppState((state) => state.tunnels);
  const own = Object.values(tunnels).filter(({ target }) => target.resourceUri === resource.uri);
  return (
    <>
      <dt>Local address</dt>
      {own.length === 0 && <dd className="muted">none yet: connect to get one</dd>}
      {own.map(({ id, address, target, status }) => (
        <dd key={id} className="local-address">
          <span className="mono">{address}</span>{' '}
          <span className="muted">
            {target.kind === 'database' && target.databaseUser && `as ${target.databaseUser}`}
            {target.kind === 'app' && target.targetPort !== undefined && `to port ${target.targetPort}`}
            {status.kind === 'closed' && ' closed'}
          </span>
        </dd>
      ))}
    </>
  );
}

/** How to reach it without Porthole. */
function CommandLine({ resource }: { resource: Resource }) {
  const commands: Partial<Record<Resource['kind'], string>> = {
    database: `tsh proxy db --tunnel ${resource.name}`,
    kubernetes: `tsh kube login ${resource.name}`,
    app: `tsh proxy app ${resource.name}`,
  };
  const command = commands[resource.kind];
  if (!command) return null;
  return (
    <>
      <dt>Command line</dt>
      <dd className="mono">{command}</dd>
    </>
  );
}
