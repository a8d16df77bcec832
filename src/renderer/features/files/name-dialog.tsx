import { useState } from 'react';
import type { AppError } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { nameProblem } from './remote-path.ts';

/** Asks for the name of a new folder, and stays open with what was typed until it is there. */
export function NameDialog(props: {
  server: string;
  folder: string;
  onMake: (name: string) => Promise<void>;
  onClose: () => void;
}) {
  const [name, setName] = useState('');
  const [error, setError] = useState<AppError>();
  const [isBusy, setBusy] = useState(false);
  const problem = name === '' ? undefined : nameProblem(name);
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await props.onMake(name);
      props.onClose();
    } catch (failure) {
      setError(toAppError(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title="New folder" description={`In ${props.folder} on ${props.server}`} onClose={props.onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '' && !problem && !isBusy) void make();
        }}
      >
        <Field
          label="Name"
          className="mono"
          value={name}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== undefined}
          {...(problem ? { hint: problem } : {})}
          onChange={(event) => setName(event.target.value)}
        />
        {error && <Problem error={error} />}
        <div className="actions">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={name === '' || problem !== undefined || isBusy}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
