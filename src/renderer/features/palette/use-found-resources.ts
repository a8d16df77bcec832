import { useEffect, useState } from 'react';
import type { FoundResource } from '../../../shared/contract/palette.ts';
import { useSession } from '../../state/store.ts';

const mostShown = 100;
/** While lists are still being read, more may be known in a moment. */
const askAgainMs = 400;

/** Resources of every account that match, best first; those of the text before stay until the new ones are there. */
export function useFoundResources(text: string | undefined): readonly FoundResource[] {
  const session = useSession();
  const [found, setFound] = useState<readonly FoundResource[]>([]);
  useEffect(() => {
    if (text === undefined) {
      setFound([]);
      return;
    }
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      void session
        .call((api) => api.palette.search({ text: text.slice(0, 500), limit: mostShown }))
        .then((answer) => {
          if (!isCurrent) return;
          setFound(answer.found);
          if (!answer.isComplete) timer = setTimeout(ask, askAgainMs);
        })
        .catch(() => undefined);
    ask();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [session, text]);
  return found;
}
