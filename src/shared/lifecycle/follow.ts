import type { Event } from './emitter.ts';

/** Yields once, then again after each time that `event` has fired, however often meanwhile. Ends when `signal` aborts. */
export async function* follow(event: Event<unknown>, signal?: AbortSignal): AsyncGenerator<void, void, void> {
  let isDue = true;
  let wake: (() => void) | undefined;
  const undo = event(() => {
    isDue = true;
    wake?.();
  });
  const stop = () => wake?.();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    while (!signal?.aborted) {
      if (isDue) {
        isDue = false;
        yield;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = undefined;
    }
  } finally {
    undo.dispose();
    signal?.removeEventListener('abort', stop);
  }
}
