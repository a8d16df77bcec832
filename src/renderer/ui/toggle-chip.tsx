import type { ComponentProps } from 'react';
import './toggle-chip.css';

/** A group of chips with a name. */
export function Chips({ label, className = '', ...rest }: ComponentProps<'div'> & { label: string }) {
  return <div role="group" aria-label={label} className={`chips ${className}`} {...rest} />;
}

/** One choice of a row of them; pressed while it is on. */
export function ToggleChip({ isOn, className = '', ...rest }: ComponentProps<'button'> & { isOn: boolean }) {
  return <button type="button" className={`toggle-chip ${className}`} aria-pressed={isOn} {...rest} />;
}
