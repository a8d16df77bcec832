import { useState } from 'react';
import { commandEntry, commandIds, fixedKeys } from '../../shared/keys/commands.ts';
import { toAppError } from '../client/api.ts';
import { useSession } from '../state/store.ts';
import { useUi } from '../state/ui-state.ts';
import { useKeymap } from '../state/use-keymap.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { chordText, Keys } from '../ui/keys.tsx';

/** Every key that does something now, by what it is for. */
export function ShortcutsDialog() {
  const session = useSession();
  const ui = useUi();
  const groups = useShortcuts();
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = groups
    .map((group) => ({
      ...group,
      rows: group.rows.filter((row) =>
        words.every((word) => `${row.label} ${row.keys.join(' ')}`.toLowerCase().includes(word)),
      ),
    }))
    .filter((group) => group.rows.length > 0);
  const change = () => {
    ui.closeDialog();
    void session
      .call((api) => api.workspace.openSettings({ section: 'keys' }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  };
  return (
    <Dialog title="Keyboard shortcuts" size="wide" onClose={ui.closeDialog}>
      <input
        className="input"
        type="search"
        aria-label="Search shortcuts"
        placeholder="Search shortcuts"
        value={search}
        spellCheck={false}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div className="shortcuts" tabIndex={0} role="group" aria-label="Shortcuts">
        <div className="shortcuts-columns">
          {shown.map((group) => (
            <section key={group.title} aria-label={group.title}>
              <h3>{group.title}</h3>
              <dl>
                {group.rows.map((row) => (
                  <div key={row.label}>
                    <dt>{row.label}</dt>
                    <dd>
                      {row.keys.map((text) => (
                        <Keys key={text} names={[text]} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        {shown.length === 0 && <p className="muted">Nothing matches.</p>}
      </div>
      <div className="actions">
        <Button onClick={change}>Change keys</Button>
        <Button kind="primary" onClick={ui.closeDialog}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

const isTabNumber = (id: string) => /^tab-\d$/.test(id);

function useShortcuts() {
  const keymap = useKeymap();
  const hasAllTabs = commandIds.filter(isTabNumber).every((id) => !keymap.isChanged(id));
  const tabsInOneRow = hasAllTabs
    ? [{ label: 'Go to a tab', keys: [`${chordText(keymap.chordsOf('tab-1')[0] ?? '')} … 9`] }]
    : [];
  const titles = [...new Set(commandIds.map((id) => commandEntry(id).group))];
  const groups = titles.map((title) => ({
    title: title as string,
    rows: commandIds
      .filter((id) => commandEntry(id).group === title && keymap.chordsOf(id).length > 0)
      .filter((id) => !hasAllTabs || !isTabNumber(id))
      .map((id) => ({ label: commandEntry(id).label, keys: keymap.chordsOf(id).map(chordText) }))
      .concat(title === 'Tabs' ? tabsInOneRow : []),
  }));
  const fixed = fixedKeys.map(({ label, keys }) => ({ label, keys: [...keys] }));
  return [...groups, { title: 'In lists and dialogs', rows: fixed }].filter(({ rows }) => rows.length > 0);
}
