import { isAppError } from '../../shared/errors/app-error.ts';
import { type Disposable, toDisposable } from '../../shared/lifecycle/disposable.ts';
import { decodeByteFrame, encodeByteFrame } from '../../shared/wire/byte-frames.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';
import type { Logger } from '../log/log.ts';

/** What the byte pipe needs of a shell. */
export interface ByteSource<Attachment> {
  /** What the sink gets is valid until it returns. */
  attach(
    sink: { start(offset: number, reset: boolean): void; data(bytes: Uint8Array): void },
    from: number,
  ): Attachment;
  detach(attachment: Attachment): void;
  refund(attachment: Attachment, count: number): void;
  write(bytes: Uint8Array): void;
}

const maxChannels = 1_000;

/** Serves the byte pipe of one page: attachments to shells, output with credit, input. A page that breaks the rules is cut off. */
export function serveByteChannels<A>(
  pipe: Pipe<Uint8Array>,
  find: (shellId: string) => ByteSource<A> | undefined,
  log: Logger,
): Disposable {
  const channels = new Map<number, { source: ByteSource<A>; attachment: A }>();
  const detach = (channel: number) => {
    const entry = channels.get(channel);
    channels.delete(channel);
    entry?.source.detach(entry.attachment);
  };
  const attach = (channel: number, shellId: string, from: number) => {
    detach(channel);
    const source = find(shellId);
    if (!source || channels.size >= maxChannels) {
      pipe.send(encodeByteFrame({ type: 'gone', channel }));
      return;
    }
    const attachment = source.attach(
      {
        start: (offset, reset) =>
          pipe.send(encodeByteFrame({ type: 'start', channel, offset: Math.max(0, offset), reset })),
        data: (bytes) => pipe.send(encodeByteFrame({ type: 'data', channel, bytes })),
      },
      from,
    );
    channels.set(channel, { source, attachment });
  };
  const subscription = pipe.onMessage((raw) => {
    try {
      const frame = decodeByteFrame(raw);
      const entry = channels.get(frame.channel);
      switch (frame.type) {
        case 'attach':
          attach(frame.channel, frame.shellId, frame.from);
          break;
        case 'input':
          entry?.source.write(frame.bytes);
          break;
        case 'credit':
          entry?.source.refund(entry.attachment, frame.count);
          break;
        case 'detach':
          detach(frame.channel);
          break;
        default:
          break;
      }
    } catch (error) {
      log.error('byte-frame-refused', error);
      if (isAppError(error)) pipe.close();
      else throw error;
    }
  });
  return toDisposable(() => {
    subscription.dispose();
    for (const channel of Array.from(channels.keys())) detach(channel);
  });
}
