import type { ComponentProps } from 'react';

type ButtonProps = ComponentProps<'button'> & {
  kind?: 'plain' | 'primary' | 'quiet' | 'danger';
  size?: 'normal' | 'large';
};

export function Button({ kind = 'plain', size = 'normal', className = '', ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`button ${className}`} data-kind={kind} data-size={size} />
  );
}

/** A button whose label is an icon; `label` is its name. */
export function IconButton({ label, className = '', ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button type="button" title={label} {...rest} className={`icon-button ${className}`} aria-label={label} />
  );
}
