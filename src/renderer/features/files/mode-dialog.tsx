import { useState } from 'react';
import type { FileEntry } from '../../../shared/contract/files.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { joinPath } from './remote-path.ts';
import './mode-dialog.css';

const who = ['Owner', 'Group', 'Others'] as const;
const what = ['read', 'write', 'execute'] as const;
const octal = /^[0-7]{1,4}$/;

/** Permissions as boxes and as the number; both say the same. */
export function ModeDialog(props: {
  paneId: string;
  server: string;
  folder: string;
  entries: readonly FileEntry[];
  onClose: (isChanged: boolean) => void;
}) {
  const { entries } = props;
  const session = useSession();
  const [text, setText] = useState(() => (entries[0]?.mode ?? 0o644).toString(8).padStart(3, '0'));
  const [error, setError] = useState<AppError>();
  const [isBusy, setBusy] = useState(false);
  const isValid = octal.test(text);
  const mode = isValid ? Number.parseInt(text, 8) : 0;
  const set = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const paths = entries.map((entry) => joinPath(props.folder, entry.name));
      const { problems } = await session.call((api) =>
        api.files.setMode({ paneId: props.paneId, paths, mode }),
      );
      const first = problems[0];
      if (!first) {
        props.onClose(true);
        return;
      }
      setError(
        new AppError(first.error.code, `${problems.length} of ${paths.length} could not be changed.`, {
          reason: `${displayRemoteName(first.path)}: ${first.error.message}`,
          ...(first.error.advice ? { advice: first.error.advice } : {}),
        }),
      );
    } catch (failure) {
      setError(toAppError(failure));
    }
    setBusy(false);
  };
  const one = entries.length === 1 ? entries[0] : undefined;
  return (
    <Dialog
      title={one ? `Mode of ${displayRemoteName(one.name)}` : `Mode of ${entries.length} entries`}
      description={`In ${displayRemoteName(props.folder)} on ${props.server}`}
      onClose={() => props.onClose(false)}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid && !isBusy) void set();
        }}
      >
        <div className="mode-boxes">
          {who.map((person, row) => (
            <fieldset key={person}>
              <legend>{person}</legend>
              {what.map((right, column) => {
                const bit = 0o400 >> (row * 3 + column);
                return (
                  <label key={right} className="line">
                    <input
                      type="checkbox"
                      checked={(mode & bit) !== 0}
                      onChange={() => setText((mode ^ bit).toString(8).padStart(3, '0'))}
                    />
                    {right}
                  </label>
                );
              })}
            </fieldset>
          ))}
        </div>
        <Field
          label="Octal number"
          className="mono"
          value={text}
          maxLength={4}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={!isValid}
          hint={
            isValid
              ? 'Set-user, set-group and sticky stand in front: 4755, 2755, 1777.'
              : 'Up to four digits from 0 to 7.'
          }
          onChange={(event) => setText(event.target.value)}
        />
        {error && <Problem error={error} />}
        <div className="actions">
          <Button onClick={() => props.onClose(false)}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={!isValid || isBusy}>
            Change
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
