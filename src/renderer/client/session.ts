import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { StateEvent } from '../../shared/contract/state.ts';
import type { ClientPipes } from '../../shared/wire/pipe.ts';
import { type Api, createApi, toAppError } from './api.ts';
import { ByteClient } from './byte-client.ts';
import { openPortPipes } from './port-pipes.ts';
import { openSocketPipes } from './socket-pipes.ts';

const firstRetryMs = 200;
const longestRetryMs = 3_000;

export type LinkState = 'connecting' | 'connected' | 'lost';

/** This page's connection to the main process; it comes back by itself. */
export class Session {
  readonly bytes = new ByteClient();
  readonly #linkChanged = new Emitter<LinkState>();
  readonly #stateEvents = new Emitter<StateEvent>();
  #api: Api | undefined;
  #link: LinkState = 'connecting';

  get link(): LinkState {
    return this.#link;
  }

  get onLink() {
    return this.#linkChanged.event;
  }

  get onState() {
    return this.#stateEvents.event;
  }

  /** Makes a call; every rejection is an `AppError`. */
  async call<T>(work: (api: Api) => Promise<T>): Promise<T> {
    try {
      if (!this.#api) throw new Error('not connected');
      return await work(this.#api);
    } catch (error) {
      throw toAppError(error);
    }
  }

  start(): void {
    void this.#run();
  }

  async #run(): Promise<void> {
    let delay = firstRetryMs;
    for (;;) {
      try {
        const pipes = await openPipes();
        delay = firstRetryMs;
        await this.#serve(pipes);
      } catch {
        // Tried again below.
      }
      this.#set('lost');
      await new Promise((resolve) => setTimeout(resolve, delay));
      delay = Math.min(delay * 2, longestRetryMs);
    }
  }

  async #serve(pipes: ClientPipes): Promise<void> {
    const { api, disconnect } = createApi(pipes.rpc);
    const stop = new AbortController();
    const closed = new Promise<void>((resolve) => {
      pipes.rpc.onClose(() => resolve());
      pipes.bytes.onClose(() => resolve());
    });
    void closed.then(() => stop.abort());
    try {
      this.#api = api;
      const feed = await api.state.watch(undefined, { signal: stop.signal });
      for await (const event of feed) {
        if (stop.signal.aborted) break;
        this.#stateEvents.fire(event);
        if (event.kind === 'snapshot') {
          this.bytes.connect(pipes.bytes);
          this.#set('connected');
        }
      }
    } finally {
      this.#api = undefined;
      this.bytes.disconnect();
      disconnect();
      pipes.rpc.close();
      pipes.bytes.close();
    }
  }

  #set(link: LinkState): void {
    if (this.#link === link) return;
    this.#link = link;
    this.#linkChanged.fire(link);
  }
}

function openPipes(): Promise<ClientPipes> {
  return window.porthole ? openPortPipes(window.porthole) : openSocketPipes();
}
