import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract/contract.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { applyStateEvent } from '../../shared/state/apply-change.ts';
import { decodeByteFrame, encodeByteFrame, fromNothing } from '../../shared/wire/byte-frames.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';
import { toPort } from '../../shared/wire/pipe-port.ts';
import type { App } from '../app/app.ts';
import { pipePair } from './pipes.ts';

export interface TestPage {
  readonly api: ContractRouterClient<Contract>;
  /** Every message that reached the page, as it crossed. */
  readonly crossed: readonly string[];
  state(): AppState;
  /** The pipe of terminal bytes. */
  readonly bytes: Pipe<Uint8Array>;
}

/** A page without a browser: the same contract over the same pipes, and its copy of the state. */
export async function openPage(app: App): Promise<TestPage> {
  const [rpcPage, rpcMain] = pipePair<string>();
  const [bytes, bytesMain] = pipePair<Uint8Array>();
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
  return { api, crossed, state: () => state, bytes };
}

/** A terminal that parses at once: what a shell has shown so far, and a keyboard. */
export function openTerminal(bytes: Pipe<Uint8Array>, channel: number, shellId: string) {
  const screen = { size: 0, tail: '' };
  bytes.onMessage((raw) => {
    const frame = decodeByteFrame(raw);
    if (frame.channel !== channel || frame.type !== 'data') return;
    screen.size += frame.bytes.length;
    screen.tail = (screen.tail + Buffer.from(frame.bytes).toString()).slice(-20_000);
    bytes.send(encodeByteFrame({ type: 'credit', channel, count: frame.bytes.length }));
  });
  bytes.send(encodeByteFrame({ type: 'attach', channel, from: fromNothing, shellId }));
  return {
    screen,
    type: (line: string) =>
      void bytes.send(encodeByteFrame({ type: 'input', channel, bytes: Buffer.from(`${line}\n`) })),
  };
}
