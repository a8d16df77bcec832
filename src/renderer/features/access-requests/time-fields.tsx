import { useId } from 'react';
import type { RequestCapabilities } from '../../../shared/contract/access-requests.ts';
import { formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { type DraftFields, durations } from './draft.ts';
import { toLocal } from './local-time.ts';

const waits = durations.filter((duration) => duration >= 3_600_000);

/** How long, from when, and how long the request waits: as far as the server's version lets one choose. */
export function TimeFields(props: {
  fields: DraftFields;
  change: (part: Partial<DraftFields>) => void;
  longestAccessUntil: string | undefined;
  server: RequestCapabilities['server'] | undefined;
}) {
  const { fields, change, server } = props;
  const now = useNow(30_000);
  const longest = props.longestAccessUntil
    ? Date.parse(props.longestAccessUntil) - Math.max(now, Date.parse(fields.start) || 0)
    : undefined;
  if (server && !server.durations && !server.start) return null;
  return (
    <div className="time-fields">
      <Choice
        label="How long"
        value={fields.durationMs}
        none={longest === undefined ? 'Longest allowed' : `Longest allowed (${formatSpan(longest)})`}
        options={durations.filter(
          (one) => longest === undefined || one < longest || one === fields.durationMs,
        )}
        isDisabled={server?.durations === false}
        onChange={(durationMs) => change({ durationMs })}
      />
      <Start
        value={fields.start}
        min={toLocal(new Date(now).toISOString())}
        isDisabled={server?.start === false}
        onChange={(start) => change({ start })}
      />
      <Choice
        label="Waits for a decision"
        value={fields.waitMs}
        none="As the cluster sets it"
        options={waits}
        isDisabled={server?.durations === false}
        onChange={(waitMs) => change({ waitMs })}
      />
    </div>
  );
}

function Choice(props: {
  label: string;
  value: number | undefined;
  none: string;
  options: readonly number[];
  isDisabled: boolean;
  onChange: (value: number | undefined) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        className="input"
        disabled={props.isDisabled}
        value={props.value ?? ''}
        onChange={(event) =>
          props.onChange(event.target.value === '' ? undefined : Number(event.target.value))
        }
      >
        <option value="">{props.none}</option>
        {props.options.map((option) => (
          <option key={option} value={option}>
            {formatSpan(option)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Start(props: {
  value: string;
  min: string;
  isDisabled: boolean;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Start (empty: at once)</label>
      <input
        id={id}
        type="datetime-local"
        className="input"
        min={props.min}
        disabled={props.isDisabled}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}
