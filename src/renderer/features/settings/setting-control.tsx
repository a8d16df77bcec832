import { ChevronDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import { type SettingName, Settings } from '../../../shared/contract/settings.ts';
import { Switch } from '../../ui/switch.tsx';
import type { SettingEntry } from './catalogue.ts';

interface ControlProps {
  readonly entry: SettingEntry;
  readonly value: unknown;
  readonly isDisabled: boolean;
  readonly onChange: (value: unknown) => void;
  readonly describedBy: string;
}

/** The control that fits the kind of a setting's value. */
export function SettingControl(props: ControlProps) {
  const { entry, value } = props;
  if (typeof value === 'boolean')
    return (
      <Switch
        label={entry.label}
        isOn={value}
        isDisabled={props.isDisabled}
        onChange={props.onChange}
        describedBy={props.describedBy}
      />
    );
  if (entry.choices)
    return (
      <span className="setting-select">
        <select
          className="input"
          aria-label={entry.label}
          aria-describedby={props.describedBy}
          disabled={props.isDisabled}
          value={String(value)}
          onChange={(event) => props.onChange(event.target.value)}
        >
          {Object.entries(entry.choices).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
        <ChevronDown size={14} aria-hidden />
      </span>
    );
  return <TextControl {...props} />;
}

/** Text, a number or a list of words: judged while it is typed, written when it is good and the field is left. */
function TextControl({ entry, value, isDisabled, onChange, describedBy }: ControlProps) {
  const isNumber = typeof value === 'number';
  const asText = Array.isArray(value) ? value.join(', ') : String(value);
  const [text, setText] = useState(asText);
  useEffect(() => setText(asText), [asText]);
  const next = readText(text, value);
  const problem = problemOf(entry.name, next);
  const write = () => {
    if (problem === undefined && text !== asText) onChange(next);
  };
  return (
    <span className="setting-text">
      <span className="line">
        <input
          className={`input ${isNumber ? 'setting-number' : ''}`}
          aria-label={entry.label}
          aria-describedby={describedBy}
          aria-invalid={problem !== undefined}
          inputMode={isNumber ? 'decimal' : undefined}
          disabled={isDisabled}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={write}
          onKeyDown={(event) => {
            if (event.key === 'Enter') write();
            if (event.key === 'Escape' && text !== asText) {
              event.stopPropagation();
              setText(asText);
            }
          }}
        />
        {entry.unit && <span className="muted">{entry.unit}</span>}
      </span>
      {problem && (
        <span className="setting-problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}

function readText(text: string, like: unknown): unknown {
  if (typeof like === 'number') return text.trim() === '' ? undefined : Number(text.replace(',', '.'));
  if (Array.isArray(like))
    return text
      .split(/[\s,]+/)
      .map((word) => word.trim())
      .filter(Boolean);
  return text;
}

function problemOf(name: SettingName, value: unknown): string | undefined {
  if (value === undefined) return 'A number is needed.';
  const parsed = Settings.shape[name].safeParse(value);
  return parsed.success ? undefined : `${parsed.error.issues[0]?.message ?? 'This value cannot be used'}.`;
}
