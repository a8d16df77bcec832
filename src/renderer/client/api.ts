import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { ResponseValidationPlugin } from '@orpc/contract/plugins';
import { type Contract, contract } from '../../shared/contract/contract.ts';
import { AppError, ErrorInfo, fromErrorInfo, isAppError } from '../../shared/errors/app-error.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';
import { toPort } from '../../shared/wire/pipe-port.ts';

export type Api = ContractRouterClient<Contract>;

/** The contract's calls over a text pipe; answers are checked against their schemas. */
export function createApi(pipe: Pipe<string>): { api: Api; disconnect: () => void } {
  const { port, disconnect } = toPort(pipe);
  const link = new RPCLink({ port, plugins: [new ResponseValidationPlugin(contract)] });
  return { api: createORPCClient(link), disconnect };
}

/** Every rejection of a call as a coded error. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof ORPCError) {
    const info = ErrorInfo.safeParse(error.data);
    if (info.success) return fromErrorInfo(info.data);
    if (error.code === 'BAD_REQUEST') {
      return new AppError('invalid-input', 'This input cannot be used.', {
        detail: JSON.stringify(error.data)?.slice(0, 2_000),
      });
    }
    return new AppError('internal', 'Something inside Porthole failed.', {
      action: 'retry',
      detail: error.message,
    });
  }
  return new AppError('connection-lost', 'The page lost its connection to Porthole.', {
    reason: 'Porthole was stopped, or is being started again.',
    advice: 'The page connects by itself as soon as it can.',
    action: 'retry',
    cause: error,
  });
}
