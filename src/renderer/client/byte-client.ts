import { decodeByteFrame, encodeByteFrame, fromNothing } from '../../shared/wire/byte-frames.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';

const creditBatchBytes = 64 * 1024;

/** Where the output of a shell goes. `write` calls back when the bytes are parsed. */
export interface TerminalSink {
  reset(): void;
  write(bytes: Uint8Array, onParsed: () => void): void;
}

interface Attachment {
  readonly shellId: string;
  readonly sink: TerminalSink;
  /** Offset in the shell's output up to which this page has everything. */
  position: number;
  unreturned: number;
  /** Counts attachments: bytes of an older one earn no credit any more. */
  generation: number;
}

export interface ShellStream {
  send(bytes: Uint8Array): void;
  detach(): void;
}

/** Terminal bytes of all shells over one pipe. After a lost connection each shell goes on where it was. */
export class ByteClient {
  readonly #attachments = new Map<number, Attachment>();
  #pipe: Pipe<Uint8Array> | undefined;
  #lastChannel = 0;

  connect(pipe: Pipe<Uint8Array>): void {
    this.#pipe = pipe;
    pipe.onMessage((raw) => this.#receive(raw));
    for (const channel of this.#attachments.keys()) this.#attach(channel);
  }

  disconnect(): void {
    this.#pipe = undefined;
  }

  attach(shellId: string, sink: TerminalSink): ShellStream {
    this.#lastChannel += 1;
    const channel = this.#lastChannel;
    this.#attachments.set(channel, { shellId, sink, position: fromNothing, unreturned: 0, generation: 0 });
    this.#attach(channel);
    return {
      send: (bytes) => this.#pipe?.send(encodeByteFrame({ type: 'input', channel, bytes })),
      detach: () => {
        this.#attachments.delete(channel);
        this.#pipe?.send(encodeByteFrame({ type: 'detach', channel }));
      },
    };
  }

  #attach(channel: number): void {
    const attachment = this.#attachments.get(channel);
    if (!attachment || !this.#pipe) return;
    attachment.generation += 1;
    attachment.unreturned = 0;
    this.#pipe.send(
      encodeByteFrame({ type: 'attach', channel, from: attachment.position, shellId: attachment.shellId }),
    );
  }

  #receive(raw: Uint8Array): void {
    const frame = decodeByteFrame(raw);
    const attachment = this.#attachments.get(frame.channel);
    if (!attachment) return;
    if (frame.type === 'start') {
      attachment.position = frame.offset;
      if (frame.reset) attachment.sink.reset();
    } else if (frame.type === 'data') {
      const { length } = frame.bytes;
      const { generation } = attachment;
      attachment.position += length;
      attachment.sink.write(frame.bytes, () => {
        if (attachment.generation === generation) this.#credit(frame.channel, attachment, length);
      });
    }
  }

  #credit(channel: number, attachment: Attachment, count: number): void {
    if (attachment.unreturned === 0) queueMicrotask(() => this.#flush(channel, attachment));
    attachment.unreturned += count;
    if (attachment.unreturned >= creditBatchBytes) this.#flush(channel, attachment);
  }

  #flush(channel: number, attachment: Attachment): void {
    const count = attachment.unreturned;
    if (count === 0) return;
    attachment.unreturned = 0;
    this.#pipe?.send(encodeByteFrame({ type: 'credit', channel, count }));
  }
}
