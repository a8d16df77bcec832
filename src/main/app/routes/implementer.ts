import { implement } from '@orpc/server';
import { contract } from '../../../shared/contract/contract.ts';
import { toContractError } from '../../ipc/serve-rpc.ts';
import type { Logger } from '../../log/log.ts';

/** The contract, ready to be filled in; failures of handlers cross as coded errors. */
export function createImplementer(log: Logger) {
  return implement(contract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error, log, path);
    }
  });
}

export type Implementer = ReturnType<typeof createImplementer>;
