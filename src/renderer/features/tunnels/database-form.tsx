import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { TunnelChoices } from '../../../shared/contract/tunnels.ts';
import type { AppError } from '../../../shared/errors/app-error.ts';
import { Button } from '../../ui/button.tsx';
import { SuggestField } from '../../ui/suggest-field.tsx';

export interface DatabaseChoice {
  readonly databaseUser: string;
  readonly databaseName: string;
}

/** Database user and name: the last choice is filled in, so Enter goes through. */
export function DatabaseForm(props: {
  choices: TunnelChoices;
  isBusy: boolean;
  /** Why the user that was typed last may not be used. */
  refusal: AppError | undefined;
  onChoose: (choice: DatabaseChoice) => void;
}) {
  const { choices, isBusy, refusal } = props;
  const form = useRef<HTMLFormElement>(null);
  const [databaseUser, setUser] = useState(choices.lastDatabaseUser ?? choices.databaseUsers[0] ?? '');
  const [databaseName, setName] = useState(choices.lastDatabaseName ?? usualName(choices));
  const [isMissing, setMissing] = useState(false);
  const asksName = choices.anyDatabaseName || choices.databaseNames.length > 0;
  useEffect(() => {
    if (refusal) form.current?.querySelector('input')?.select();
  }, [refusal]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const user = databaseUser.trim();
    if (user === '' && choices.needsDatabaseUser) setMissing(true);
    else if (!isBusy) props.onChoose({ databaseUser: user, databaseName: databaseName.trim() });
  };
  return (
    <form ref={form} className="stack-tight" onSubmit={submit}>
      <SuggestField
        label="Database user"
        value={databaseUser}
        options={choices.databaseUsers}
        onChange={(value) => {
          setUser(value);
          setMissing(false);
        }}
        autoFocus
        isWrong={refusal !== undefined || isMissing}
        placeholder={choices.needsDatabaseUser ? '' : "the client's own"}
        {...userHint(choices, isMissing)}
      />
      {asksName && (
        <SuggestField
          label="Database name"
          value={databaseName}
          options={choices.databaseNames}
          onChange={setName}
          placeholder="the server's default"
        />
      )}
      {choices.needsSecondFactor && (
        <p className="field-label">A second factor will be asked for when the tunnel comes up.</p>
      )}
      <div className="actions">
        <Button type="submit" kind="primary" disabled={isBusy}>
          {isBusy ? 'Connecting…' : 'Connect'}
        </Button>
      </div>
    </form>
  );
}

/** A new PostgreSQL server has just this one; of other names none is more likely than the next. */
function usualName({ protocol, databaseNames }: TunnelChoices): string {
  const first = databaseNames[0] ?? '';
  return protocol === 'postgres' && databaseNames.includes('postgres') ? 'postgres' : first;
}

function userHint(choices: TunnelChoices, isMissing: boolean): { hint?: string } {
  if (isMissing) return { hint: 'This protocol cannot do without a user: type or choose one.' };
  if (choices.databaseUsers.length === 0 && choices.anyDatabaseUser)
    return { hint: 'Your roles allow any user.' };
  if (choices.databaseUsers.length === 0) return { hint: 'Your roles name no user here.' };
  return {};
}
