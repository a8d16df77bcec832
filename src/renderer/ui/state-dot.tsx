import type { CSSProperties } from 'react';

/** The glyph of a state; its word stands beside it. */
export function StateDot({ colour, shape }: { colour: string; shape: 'round' | 'ring' | 'square' }) {
  return (
    <span
      className="dot"
      data-shape={shape}
      style={{ '--dot': `var(--${colour})` } as CSSProperties}
      aria-hidden
    />
  );
}
