import { type ComponentProps, useId } from 'react';

/** A labelled text field. */
export function Field({ label, hint, ...rest }: ComponentProps<'input'> & { label: string; hint?: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className={`input ${rest.className ?? ''}`}
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
      {hint && (
        <span id={`${id}-hint`} className="field-label">
          {hint}
        </span>
      )}
    </div>
  );
}
