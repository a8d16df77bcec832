import { Button } from '../../ui/button.tsx';
import type { NextRequest } from './use-next-request.ts';

export function NextButton({ next }: { next: NextRequest }) {
  return (
    <Button onClick={next.open} aria-keyshortcuts="n" title={`${next.count} more for you`}>
      Next request <kbd aria-hidden>N</kbd>
    </Button>
  );
}
