import { Search } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

/** Words that narrow what is shown. Escape empties it, unless `onKeyDown` says otherwise. */
export function SearchField({
  label,
  onText,
  className = '',
  children,
  ...rest
}: Omit<ComponentProps<'input'>, 'type' | 'onChange'> & {
  label: string;
  onText: (text: string) => void;
  children?: ReactNode;
}) {
  return (
    <div className={`search ${className}`}>
      <Search size={14} aria-hidden />
      <input
        onKeyDown={(event) => event.key === 'Escape' && onText('')}
        spellCheck={false}
        {...rest}
        type="search"
        aria-label={label}
        onChange={(event) => onText(event.target.value)}
      />
      {children}
    </div>
  );
}
