import { decodeByteFrame, encodeByteFrame, fromNothing } from '../../shared/wire/byte-frames.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';

const creditBatchBytes = 64 * 1024;
/** What is typed while the page is cut off is kept up to this size. */
const maxPendingInputBytes = 1 << 20;

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
  /** Typed while there was no connection; sent after the next attachment. */
  pendingInput: Uint8Array[];
}

export interface ShellStream {
  send(bytes: Uint8Array): void;
  detach(): void;
}

/**
 * Terminal bytes of all shells over one pipe. After a lost connection each shell goes on where it was, and gets what was
 * typed meanwhile.
 */
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
    const attachment: Attachment = {
      shellId,
      sink,
      position: fromNothing,
      unreturned: 0,
      generation: 0,
      pendingInput: [],
    };
    this.#attachments.set(channel, attachment);
    this.#attach(channel);
    return {
      send: (bytes) => this.#input(channel, attachment, bytes),
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
    for (const bytes of attachment.pendingInput.splice(0)) this.#input(channel, attachment, bytes);
  }

  #input(channel: number, attachment: Attachment, bytes: Uint8Array): void {
    if (this.#pipe?.send(encodeByteFrame({ type: 'input', channel, bytes }))) return;
    const kept = attachment.pendingInput.reduce((sum, piece) => sum + piece.length, 0);
    if (kept + bytes.length <= maxPendingInputBytes) attachment.pendingInput.push(bytes);
  }

  #receive(raw: Uint8Array): void {
    const frame = decodeByteFrame(raw);
    const attachment = this.#attachments.get(frame.channel);
    if (!attachment) return;
    if (frame.type === 'start') {
      attachment.position = frame.offset;
      if (frame.reset) attachment.sink.reset();
    } else if (frame.type === 'gone') {
      attachment.pendingInput = [];
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
