import { implement } from '@orpc/server';
import { contract } from '../../../shared/contract/contract.ts';
import { toContractError } from '../../ipc/serve-rpc.ts';
import type { Logger } from '../../log/log.ts';

/** The contract, ready to be filled in; failures of handlers, and of their feeds, cross as coded errors. */
export function createImplementer(log: Logger) {
  return implement(contract).use(async ({ next, path }) => {
    const code = (error: unknown) => toContractError(error, log, path);
    try {
      const result = await next();
      const { output } = result;
      return isFeed(output) ? { ...result, output: coded(output, code) as typeof output } : result;
    } catch (error) {
      throw code(error);
    }
  });
}

export type Implementer = ReturnType<typeof createImplementer>;

function isFeed(output: unknown): output is AsyncIterable<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

async function* coded(feed: AsyncIterable<unknown>, code: (error: unknown) => unknown) {
  try {
    yield* feed;
  } catch (error) {
    throw code(error);
  }
}
