import type { TerminalSize } from '../../shared/contract/ids.ts';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { Event } from '../../shared/lifecycle/emitter.ts';

/** How a terminal ended. `lost` = it broke before the program in it told how it ended. */
export type TerminalEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'lost'; readonly error: AppError };

/** The running end of a shell, on a server or on this machine. It starts paused: attach listeners, then `resume`. */
export interface Terminal {
  readonly onData: Event<Uint8Array>;
  /** Settles once, after the last output, and never rejects. */
  readonly ended: Promise<TerminalEnd>;
  write(bytes: Uint8Array): void;
  pause(): void;
  resume(): void;
  resize(size: TerminalSize): void;
  /** Ends it, with all that it holds. */
  close(): void;
}

export interface TerminalRequest {
  readonly size: TerminalSize;
  readonly onStep: (step: 'proxy' | 'server' | 'shell') => void;
}

/** Starts a terminal; called again for every reconnection. */
export type TerminalStarter = (request: TerminalRequest, signal: AbortSignal) => Promise<Terminal>;
