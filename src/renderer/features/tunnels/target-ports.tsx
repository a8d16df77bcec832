import { type FormEvent, useState } from 'react';
import type { TunnelChoices } from '../../../shared/contract/tunnels.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** Ports of an app that has several: single ones to click, ranges to type. */
export function TargetPorts(props: {
  ranges: TunnelChoices['targetPorts'];
  isBusy: boolean;
  onChoose: (port: number) => void;
}) {
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const single = props.ranges.filter(({ from, to }) => from === to);
  const wide = props.ranges.filter(({ from, to }) => from !== to);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
    if (props.ranges.some(({ from, to }) => port >= from && port <= to)) props.onChoose(port);
    else setWrong(true);
  };
  const offered = wide.map(({ from, to }) => `${from} to ${to}`).join(', ');
  return (
    <div className="stack-tight" aria-busy={props.isBusy}>
      <div className="field-label">Port of the app</div>
      {single.length > 0 && (
        <div role="menu" aria-label="Target port">
          {single.map(({ from }) => (
            <button
              key={from}
              type="button"
              role="menuitem"
              className="menu-item mono"
              onClick={() => props.onChoose(from)}
            >
              {from}
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
            hint={isWrong ? `The app has no such port: it offers ${offered}.` : `The app offers ${offered}.`}
          />
          <Button type="submit">Connect</Button>
        </form>
      )}
    </div>
  );
}
