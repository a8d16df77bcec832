import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract/contract.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { applyStateEvent } from '../../shared/state/apply-change.ts';
import { toPort } from '../../shared/wire/pipe-port.ts';
import type { App } from '../app/app.ts';
import { pipePair } from './pipes.ts';

export interface TestPage {
  readonly api: ContractRouterClient<Contract>;
  /** Every message that reached the page, as it crossed. */
  readonly crossed: readonly string[];
  state(): AppState;
}

/** A page without a browser: the same contract over the same pipes, and its copy of the state. */
export async function openPage(app: App): Promise<TestPage> {
  const [rpcPage, rpcMain] = pipePair<string>();
  const [, bytesMain] = pipePair<Uint8Array>();
  app.connectClient({ rpc: rpcMain, bytes: bytesMain });
  const crossed: string[] = [];
  rpcPage.onMessage((message) => crossed.push(message));
  const { port } = toPort(rpcPage);
  const api: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port }));
  const feed = await api.state.watch();
  const first = await feed.next();
  const initial = first.done ? undefined : applyStateEvent(undefined, first.value);
  if (!initial) throw new Error('the state feed is empty');
  let state: AppState = initial;
  void (async () => {
    for await (const event of feed) state = applyStateEvent(state, event) ?? state;
  })().catch(() => undefined);
  return { api, crossed, state: () => state };
}
