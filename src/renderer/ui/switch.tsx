import { Switch as Base } from '@base-ui/react/switch';

/** On or off, at once. */
export function Switch(props: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isDisabled?: boolean;
  describedBy?: string;
}) {
  return (
    <Base.Root
      className="switch"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      checked={props.isOn}
      onCheckedChange={props.onChange}
      disabled={props.isDisabled}
    >
      <Base.Thumb className="switch-thumb" />
    </Base.Root>
  );
}
