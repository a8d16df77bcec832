import { useChordOf } from '../../state/use-keymap.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import type { NextRequest } from './use-next-request.ts';

export function NextButton({ next }: { next: NextRequest }) {
  const chord = useChordOf('next-request');
  return (
    <Button onClick={next.open} aria-keyshortcuts={chord} title={`${next.count} more for you`}>
      Next request
      <span aria-hidden>
        <Keys chord={chord} />
      </span>
    </Button>
  );
}
