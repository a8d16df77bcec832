import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { belongsToShell, chordOfPress, formatChord, isForWidgets } from '../../../shared/keys/chord.ts';
import { type CommandId, commandEntry } from '../../../shared/keys/commands.ts';
import type { Keymap } from '../../../shared/keys/keymap.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import type { Bind } from './use-bind.ts';

/** Listens for the next chord. Keys that are taken already are named before anything changes. */
export function KeyRecorder(props: {
  id: CommandId;
  keymap: Keymap;
  /** Chords that stay beside the new one. */
  kept: readonly string[];
  bind: Bind;
  onDone: () => void;
}) {
  const { id, keymap, kept, bind, onDone } = props;
  const { label } = commandEntry(id);
  const [pressed, setPressed] = useState<string>();
  const [hint, setHint] = useState('');
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => field.current?.focus(), []);
  const others = pressed === undefined ? [] : keymap.othersWith(pressed, id);
  const write = (chord: string) => {
    bind([
      { command: id, chords: [...kept.filter((other) => other !== chord), chord] },
      ...keymap.othersWith(chord, id).map((other) => ({
        command: other,
        chords: keymap.chordsOf(other).filter((one) => one !== chord),
      })),
    ]);
    finish();
  };
  // The row's first button has the focus again.
  const finish = () => {
    const row = field.current?.closest('.key-row');
    onDone();
    row?.querySelector<HTMLElement>('.key-buttons button')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chord = chordOfPress(event.nativeEvent, keymap.isMac);
    // Tab alone leaves, as everywhere.
    if (!chord || (chord.key === 'Tab' && isForWidgets(chord))) return;
    event.preventDefault();
    event.stopPropagation();
    if (chord.key === 'Escape' && isForWidgets(chord)) finish();
    else if (isForWidgets(chord)) setHint('This key belongs to lists and fields; hold Ctrl or Alt with it.');
    else {
      const text = formatChord(chord);
      setHint(belongsToShell(chord, keymap.isMac) ? 'In a terminal these keys stay with the shell.' : '');
      if (keymap.othersWith(text, id).length > 0) setPressed(text);
      else write(text);
    }
  };
  return (
    <div className="key-recorder">
      <div
        ref={field}
        className="input key-field"
        tabIndex={0}
        role="textbox"
        aria-readonly
        aria-label={`New keys for ${label}`}
        data-keys="recorded"
        onKeyDown={onKeyDown}
      >
        {pressed === undefined ? (
          <span className="muted">Press the keys, or Esc to leave it</span>
        ) : (
          <Keys chord={pressed} />
        )}
      </div>
      {hint !== '' && (
        <span className="field-label" role="status">
          {hint}
        </span>
      )}
      {pressed !== undefined && others.length > 0 && (
        <div className="key-conflict" role="alert">
          <span className="grow">
            These keys are “{others.map((other) => commandEntry(other).label).join('”, “')}”.
          </span>
          <Button kind="primary" onClick={() => write(pressed)}>
            Take them
          </Button>
        </div>
      )}
      <Button onClick={finish}>Cancel</Button>
    </div>
  );
}
