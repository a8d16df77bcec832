import { Autocomplete } from '@base-ui/react/autocomplete';
import { ChevronDown } from 'lucide-react';
import { useId, useState } from 'react';

/** A labelled text field with values to pick from; what is typed counts as it is. */
export function SuggestField(props: {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
  hint?: string;
  placeholder?: string;
  autoFocus?: boolean;
  isWrong?: boolean;
}) {
  const id = useId();
  // Before something is typed all values are offered, not only those that look like the present one.
  const [isTyped, setTyped] = useState(false);
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <Autocomplete.Root
        items={props.options}
        value={props.value}
        onValueChange={(value, { reason }) => {
          setTyped(reason === 'input-change');
          props.onChange(value);
        }}
        onOpenChange={(open) => !open && setTyped(false)}
        openOnInputClick={props.options.length > 0}
        {...(isTyped ? {} : { filter: null })}
      >
        <Autocomplete.InputGroup className="suggest">
          <Autocomplete.Input
            id={id}
            className="input mono"
            spellCheck={false}
            autoFocus={props.autoFocus}
            placeholder={props.placeholder}
            aria-invalid={props.isWrong}
            aria-describedby={props.hint ? `${id}-hint` : undefined}
            onFocus={(event) => event.currentTarget.select()}
          />
          {props.options.length > 0 && (
            // For the pointer: the arrow keys open the list from the field.
            <Autocomplete.Trigger className="suggest-open" aria-hidden tabIndex={-1}>
              <ChevronDown size={14} aria-hidden />
            </Autocomplete.Trigger>
          )}
        </Autocomplete.InputGroup>
        <Autocomplete.Portal>
          <Autocomplete.Positioner className="positioner suggest-positioner" sideOffset={4}>
            <Autocomplete.Popup className="popup suggest-popup">
              <Autocomplete.List>
                {(option: string) => (
                  <Autocomplete.Item key={option} value={option} className="menu-item mono">
                    <span className="clip">{option}</span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
      {props.hint && (
        <span id={`${id}-hint`} className="field-label">
          {props.hint}
        </span>
      )}
    </div>
  );
}
