import { type FormEvent, useId, useState } from 'react';
import type { TunnelGroup, TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { isTunnelOpen } from './tunnel-look.ts';

/** Tunnels that open together, and the field that keeps those which are open now. */
export function GroupList({ tunnels }: { tunnels: readonly TunnelInfo[] }) {
  const session = useSession();
  const ui = useUi();
  const groups = Object.values(useAppState((state) => state.tunnelGroups));
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const open = tunnels.filter(isTunnelOpen);
  if (groups.length === 0 && open.length === 0) return null;
  return (
    <section aria-label="Groups" className="groups">
      <h2 className="menu-group">Groups</h2>
      {groups.length > 0 && (
        <ul className="open-list">
          {groups
            .sort((a, b) => a.name.localeCompare(b.name))
            .map((group) => (
              <li key={group.id} className="open-item" aria-label={group.name}>
                <span className="clip" title={group.name}>
                  {group.name}
                </span>
                <span className="grow small muted">{countText(group)}</span>
                <Button
                  kind="quiet"
                  onClick={() => run((api) => api.tunnels.openGroup({ groupId: group.id }))}
                >
                  Open
                </Button>
                <Button
                  kind="quiet"
                  onClick={() => run((api) => api.tunnels.removeGroup({ groupId: group.id }))}
                >
                  Remove
                </Button>
              </li>
            ))}
        </ul>
      )}
      {open.length > 0 && (
        <SaveGroup
          onSave={(name) =>
            run((api) => api.tunnels.saveGroup({ name, tunnelIds: open.map(({ id }) => id) }))
          }
        />
      )}
    </section>
  );
}

function SaveGroup({ onSave }: { onSave: (name: string) => void }) {
  const id = useId();
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    onSave(wanted);
    setName('');
  };
  return (
    <form className="save-group" onSubmit={submit}>
      <label htmlFor={id} className="small muted">
        Keep what is open as
      </label>
      <input
        id={id}
        className="input"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
      />
      <Button type="submit">Save group</Button>
    </form>
  );
}

function countText({ tunnelIds }: TunnelGroup): string {
  return tunnelIds.length === 1 ? '1 tunnel' : `${tunnelIds.length} tunnels`;
}
