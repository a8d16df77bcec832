import { ORPCError, type Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';
import { toPort } from '../../shared/wire/pipe-port.ts';
import type { Logger } from '../log/log.ts';
import { asProse, asWord } from '../log/log-value.ts';

/** Serves the contract to one page over its text pipe. */
export function serveRpc(pipe: Pipe<string>, router: Router<never, Record<never, never>>): Disposable {
  const handler = new RPCHandler(router);
  const { port, disconnect } = toPort(pipe);
  handler.upgrade(port, { context: {} });
  return { dispose: disconnect };
}

/** Turns an expected failure into the contract's error; everything else becomes `internal`, with its text in the log only. */
export function toContractError(error: unknown, log: Logger, path: readonly string[]): unknown {
  if (error instanceof ORPCError) return error;
  const call = asWord(path.join('.'));
  if (!isAppError(error)) log.error('call-failed', error, { call });
  else if (error.code !== 'cancelled')
    log.debug('call-refused', {
      call,
      code: asWord(error.code),
      error: asProse(error.message),
      reason: asProse(error.reason),
    });
  const data = toErrorInfo(error);
  return new ORPCError('APP', { defined: true, data, message: data.message });
}
