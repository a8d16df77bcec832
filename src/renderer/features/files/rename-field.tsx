import { useEffect, useRef, useState } from 'react';
import { nameProblem } from './remote-path.ts';

/** A name that is typed in its place. Enter keeps it, Esc does not; the part before the ending is chosen first. */
export function RenameField({ name, onDone }: { name: string; onDone: (name: string | undefined) => void }) {
  const [text, setText] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  const problem = text === name ? undefined : nameProblem(text);
  useEffect(() => {
    const dot = name.lastIndexOf('.');
    field.current?.focus();
    field.current?.setSelectionRange(0, dot > 0 ? dot : name.length);
  }, [name]);
  const finish = (result: string | undefined) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(result);
  };
  return (
    <input
      ref={field}
      className="input rename-field"
      aria-label="New name"
      aria-invalid={problem !== undefined}
      title={problem}
      value={text}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setText(event.target.value)}
      onMouseDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={() => finish(problem || text === name ? undefined : text)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') finish(undefined);
        else if (event.key === 'Enter' && !problem) finish(text === name ? undefined : text);
      }}
    />
  );
}
