import type { ClientChannel } from 'ssh2';
import type { AppError } from '../../../../shared/errors/app-error.ts';
import { Emitter, type Event } from '../../../../shared/lifecycle/emitter.ts';
import { connectionLost, errorFromServerText } from './ssh-errors.ts';

const maxStderrTail = 8 * 1024;

/** How a channel ended. `lost` = the session broke before an exit status came. */
export type ChannelEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'lost'; readonly error: AppError };

export interface TerminalDimensions {
  readonly cols: number;
  readonly rows: number;
}

/** A shell or a command on a server. It starts paused: attach listeners, then `resume`. */
export interface SshChannel {
  readonly onData: Event<Buffer>;
  readonly onStderr: Event<Buffer>;
  /** Settles once, never rejects. */
  readonly ended: Promise<ChannelEnd>;
  /** False when the server's window is full; `onDrain` tells when more may follow. */
  write(data: Uint8Array): boolean;
  readonly onDrain: Event<void>;
  /** Ends input only. */
  endInput(): void;
  pause(): void;
  resume(): void;
  /** Does nothing on a channel without a pty. */
  resize(size: TerminalDimensions): void;
  close(): void;
}

export interface ChannelContext {
  resize(channel: ClientChannel, size: TerminalDimensions): void;
  /** Why the connection below is gone, when it is. */
  connectionError(): AppError | undefined;
}

export function wrapChannel(raw: ClientChannel, context: ChannelContext): SshChannel {
  const onData = new Emitter<Buffer>();
  const onStderr = new Emitter<Buffer>();
  const onDrain = new Emitter<void>();
  let stderrTail = '';
  let exit: ChannelEnd | undefined;
  raw.on('data', (chunk: Buffer) => onData.fire(chunk));
  raw.on('drain', () => onDrain.fire());
  raw.on('error', () => undefined); // the close that follows tells
  raw.stderr.on('data', (chunk: Buffer) => {
    stderrTail = (stderrTail + chunk.toString('utf8')).slice(-maxStderrTail);
    onStderr.fire(chunk);
  });
  raw.on('exit', (code: number | null, signal?: string) => {
    if (code !== null) exit = { kind: 'exited', code };
    else if (signal) exit = { kind: 'signalled', signal };
  });
  raw.pause();
  raw.stderr.pause();
  const ended = new Promise<ChannelEnd>((resolve) => {
    raw.once('close', () => {
      const error = context.connectionError();
      if (exit && !error) resolve(exit);
      else
        resolve(
          exit ?? {
            kind: 'lost',
            error:
              error ??
              errorFromServerText(stderrTail) ??
              connectionLost(stderrTail || 'channel closed without an exit status'),
          },
        );
    });
  });
  return {
    onData: onData.event,
    onStderr: onStderr.event,
    onDrain: onDrain.event,
    ended,
    write: (data) => (raw.writable ? raw.write(data) : false),
    endInput: () => raw.end(),
    pause: () => void raw.pause(),
    resume: () => {
      raw.stderr.resume();
      raw.resume();
    },
    resize: (size) => context.resize(raw, size),
    close: () => raw.close(),
  };
}
