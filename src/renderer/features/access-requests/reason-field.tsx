import { useId } from 'react';

/** Why the access is needed, in the server's terms. */
export function ReasonField(props: {
  reason: string;
  isRequired: boolean;
  prompts: readonly string[];
  onChange: (reason: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Reason</label>
      <textarea
        id={id}
        className="input reason"
        rows={3}
        value={props.reason}
        maxLength={200_000}
        aria-required={props.isRequired}
        aria-describedby={`${id}-hint`}
        onChange={(event) => props.onChange(event.target.value)}
        autoFocus
      />
      <span id={`${id}-hint`} className="field-label">
        {props.isRequired ? 'Required.' : 'Optional.'} {props.prompts.join(' ')}
      </span>
    </div>
  );
}
