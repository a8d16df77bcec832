import { type FormEvent, useState } from 'react';
import type { TunnelChoices } from '../../../shared/contract/tunnels.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** Ports of an app that has several: single ones to click, ranges to type. */
export function TargetPorts(props: {
  ranges: TunnelChoices['targetPorts'];
  /** What was chosen the last time. */
  last: number | undefined;
  isBusy: boolean;
  onChoose: (port: number) => void;
}) {
  const { last } = props;
  const wide = props.ranges.filter(({ from, to }) => from !== to);
  const isLastInRange = wide.some((range) => isIn(range, last));
  const [text, setText] = useState(isLastInRange ? String(last) : '');
  const [isWrong, setWrong] = useState(false);
  const single = props.ranges
    .filter(({ from, to }) => from === to)
    .sort((a, b) => Number(b.from === last) - Number(a.from === last));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
    if (props.ranges.some((range) => isIn(range, port))) props.onChoose(port);
    else setWrong(true);
  };
  const offered = wide.map(({ from, to }) => `${from} to ${to}`).join(', ');
  return (
    <div className="stack-tight" aria-busy={props.isBusy}>
      <div className="field-label">Port of the app</div>
      {single.length > 0 && (
        <div role="menu" aria-label="Target port">
          {single.map(({ from }, index) => (
            <button
              key={from}
              type="button"
              role="menuitem"
              className="menu-item mono"
              autoFocus={index === 0 && !isLastInRange}
              onClick={() => props.onChoose(from)}
            >
              <span className="grow">{from}</span>
              {from === last && <span className="muted">last used</span>}
            </button>
          ))}
        </div>
      )}
      {wide.length > 0 && (
        <form className="connect-line" onSubmit={submit}>
          <Field
            label="Other port"
            className="mono"
            inputMode="numeric"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setWrong(false);
            }}
            aria-invalid={isWrong}
            autoComplete="off"
            autoFocus={isLastInRange || single.length === 0}
            onFocus={(event) => event.currentTarget.select()}
            hint={isWrong ? `The app has no such port. It offers ${offered}.` : `The app offers ${offered}.`}
          />
          <Button type="submit">Connect</Button>
        </form>
      )}
    </div>
  );
}

function isIn({ from, to }: TunnelChoices['targetPorts'][number], port: number | undefined): boolean {
  return port !== undefined && port >= from && port <= to;
}
