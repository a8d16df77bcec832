import { Pencil, Plus, RotateCcw, X } from 'lucide-react';
import { belongsToShell, parseChord } from '../../../shared/keys/chord.ts';
import { type CommandId, commandEntry } from '../../../shared/keys/commands.ts';
import type { Keymap } from '../../../shared/keys/keymap.ts';
import { IconButton } from '../../ui/button.tsx';
import { chordText, Keys } from '../../ui/keys.tsx';
import { KeyRecorder } from './key-recorder.tsx';
import type { Bind } from './use-bind.ts';

const maxChords = 4;

/** One command: its keys, and what can be done about them. */
export function KeyRow(props: {
  id: CommandId;
  keymap: Keymap;
  problem: { reason: string; line?: number | undefined } | undefined;
  isReadOnly: boolean;
  listening: 'adds' | 'replaces' | undefined;
  onListen: (adds: boolean) => void;
  onDone: () => void;
  bind: Bind;
}) {
  const { id, keymap, problem, isReadOnly, bind } = props;
  const { label } = commandEntry(id);
  const chords = keymap.chordsOf(id);
  const isChanged = keymap.isChanged(id) || problem !== undefined;
  const remove = (chord: string) =>
    bind([{ command: id, chords: chords.filter((other) => other !== chord) }]);
  return (
    <li className="key-row" aria-label={label}>
      <div className="setting-words">
        <span>{label}</span>
        <RowNote id={id} chords={chords} keymap={keymap} />
        {problem && (
          <span className="setting-problem" role="alert">
            The settings file{problem.line === undefined ? '' : `, line ${problem.line}`}, has keys that
            cannot be used: {problem.reason}.
          </span>
        )}
      </div>
      <div className="key-chords">
        {chords.map((chord) => (
          <span className="key-chord" key={chord}>
            <Keys chord={chord} />
            <IconButton
              label={`Take ${chordText(chord)} from ${label}`}
              disabled={isReadOnly}
              onClick={() => remove(chord)}
            >
              <X size={12} aria-hidden />
            </IconButton>
          </span>
        ))}
        {chords.length === 0 && <span className="muted">No key</span>}
      </div>
      <div className="key-buttons">
        <IconButton
          label={`Change keys of ${label}`}
          disabled={isReadOnly}
          onClick={() => props.onListen(false)}
        >
          <Pencil size={14} aria-hidden />
        </IconButton>
        <IconButton
          label={`Add keys to ${label}`}
          className="setting-reset"
          disabled={isReadOnly || chords.length === 0 || chords.length >= maxChords}
          onClick={() => props.onListen(true)}
        >
          <Plus size={14} aria-hidden />
        </IconButton>
        <IconButton
          label={`Reset ${label}`}
          className="setting-reset"
          disabled={isReadOnly || !isChanged}
          onClick={() => bind([{ command: id }])}
        >
          <RotateCcw size={14} aria-hidden />
        </IconButton>
      </div>
      {props.listening && (
        <KeyRecorder
          id={id}
          keymap={keymap}
          kept={props.listening === 'adds' ? chords : []}
          bind={bind}
          onDone={props.onDone}
        />
      )}
    </li>
  );
}

/** What a person should know about these keys. */
function RowNote({ id, chords, keymap }: { id: CommandId; chords: readonly string[]; keymap: Keymap }) {
  const clashing = chords.find((chord) => keymap.othersWith(chord, id).length > 0);
  if (clashing !== undefined) {
    const others = keymap.othersWith(clashing, id).map((other) => commandEntry(other).label);
    return (
      <span className="setting-problem">
        {chordText(clashing)} is also “{others.join('”, “')}”.
      </span>
    );
  }
  const { isMac } = keymap;
  const isLost = (text: string) => {
    const chord = parseChord(text);
    return typeof chord !== 'string' && belongsToShell(chord, isMac);
  };
  if (!keymap.isChanged(id) || chords.length === 0 || !chords.every(isLost)) return null;
  return <span className="field-label">Not in a terminal: there these keys belong to the shell.</span>;
}
