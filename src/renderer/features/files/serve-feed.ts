import { isAppError } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import type { Session } from '../../client/session.ts';

/**
 * Serves what the main process asks of the page, until the transfer is over. When the link to the main process breaks, it
 * is served again as soon as the link is back. Other failures end it: the transfer itself tells them.
 */
export async function serveFeed<T>(
  session: Session,
  open: (api: Parameters<Parameters<Session['call']>[0]>[0]) => Promise<AsyncIterable<T>>,
  serve: (item: T) => Promise<void> | undefined,
): Promise<void> {
  for (;;) {
    try {
      for await (const item of await session.call(open)) await serve(item);
      return;
    } catch (failure) {
      if (!isAppError(toAppError(failure), 'connection-lost')) return;
      await linked(session);
    }
  }
}

function linked(session: Session): Promise<void> {
  return new Promise((resolve) => {
    const undo = session.onLink((link) => {
      if (link !== 'connected') return;
      undo.dispose();
      resolve();
    });
    // The feed may have ended a moment before the link is known to be lost, or after it came back.
    setTimeout(() => {
      if (session.link !== 'connected') return;
      undo.dispose();
      resolve();
    }, 500);
  });
}
