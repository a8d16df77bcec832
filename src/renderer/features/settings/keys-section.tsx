import { useMemo, useState } from 'react';
import { type CommandId, commandEntry, commandIds } from '../../../shared/keys/commands.ts';
import type { Keymap } from '../../../shared/keys/keymap.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useKeymap } from '../../state/use-keymap.ts';
import { Button } from '../../ui/button.tsx';
import { chordText } from '../../ui/keys.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { KeyRow } from './key-row.tsx';
import { useBind } from './use-bind.ts';
import './keys.css';

/** Every command with its keys: find, change, take away, give back. `search` comes from the page's own field. */
export function KeysSection({ search }: { search: string }) {
  const info = useAppState((state) => state.settings);
  const keymap = useKeymap();
  const bind = useBind();
  const [own, setOwn] = useState('');
  const [listening, setListening] = useState<{ id: CommandId; adds: boolean }>();
  const problems = info.problems.filter((problem) => problem.name === 'keys');
  const shown = useMemo(() => findCommands(own.trim() === '' ? search : own, keymap), [own, search, keymap]);
  const isChanged = info.changed.includes('keys') || problems.length > 0;
  const session = useSession();
  const ui = useUi();
  const resetAll = () =>
    void session
      .call((api) => api.settings.reset({ names: ['keys'] }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <div className="keys">
      <div className="keys-tools">
        <SearchField
          className="grow"
          label="Search commands"
          placeholder="Search commands or keys, such as ctrl shift"
          value={own}
          onText={setOwn}
        />
        <Button disabled={info.isReadOnly || !isChanged} onClick={resetAll}>
          Reset all keys
        </Button>
      </div>
      <KeyProblems problems={problems} keymap={keymap} />
      <ul className="keys-list" aria-label="Commands">
        {shown.map((id) => (
          <KeyRow
            key={id}
            id={id}
            keymap={keymap}
            problem={problems.find((problem) => problem.part === id)}
            isReadOnly={info.isReadOnly}
            listening={listening?.id === id ? (listening.adds ? 'adds' : 'replaces') : undefined}
            onListen={(adds) => setListening({ id, adds })}
            onDone={() => setListening(undefined)}
            bind={bind}
          />
        ))}
      </ul>
      {shown.length === 0 && <p className="muted">No command matches.</p>}
    </div>
  );
}

/** What the file has that belongs to no row, and keys that are used twice. */
function KeyProblems(props: {
  problems: readonly { part?: string | undefined; reason: string; line?: number | undefined }[];
  keymap: Keymap;
}) {
  const strange = props.problems.filter(({ part }) => !commandIds.includes(part as CommandId));
  const { conflicts } = props.keymap;
  if (strange.length === 0 && conflicts.length === 0) return null;
  return (
    <div className="note" role="status">
      {strange.map(({ part, reason, line }) => (
        <p key={`${part} ${line}`}>
          The settings file{line === undefined ? '' : `, line ${line}`}: {part ? `“${part}”: ` : ''}
          {reason}.
        </p>
      ))}
      {conflicts.map(({ chord, commands: [first, ...others] }) => (
        <p key={chord}>
          {chordText(chord)} is used twice: it runs “{first && commandEntry(first).label}”, and not “
          {others.map((id) => commandEntry(id).label).join('”, “')}”. Change or take away one of them.
        </p>
      ))}
    </div>
  );
}

/** Commands in whose names or keys every word is found; all of them when none is. */
function findCommands(search: string, keymap: Keymap): readonly CommandId[] {
  const words = search
    .toLowerCase()
    .split(/[\s+]+/)
    .filter(Boolean);
  const found = commandIds.filter((id) => {
    const { label, group } = commandEntry(id);
    const chords = keymap.chordsOf(id).map(chordText).join(' ');
    const text = `${label} ${group} ${id} ${chords}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return found;
}
