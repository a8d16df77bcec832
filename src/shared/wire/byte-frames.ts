import { AppError } from '../errors/app-error.ts';

// Frames of the byte pipe. Layout: type (1 byte), channel (uint32, big endian), then what the type says.
// A channel is a number that the page chooses for one attachment to one shell.

/** Largest payload of one data or input frame. */
export const maxFrameBytes = 1 << 20;
/** Bytes that the main process sends to a page before it waits for parsed credit. */
export const outputWindowBytes = 512 << 10;
/** `from` of an attachment that knows nothing of the shell's output yet. */
export const fromNothing = -1;

export type ByteFrame =
  /** Page → main. `from` = offset in the shell's output up to which the page has everything, or `fromNothing`. */
  | { readonly type: 'attach'; readonly channel: number; readonly from: number; readonly shellId: string }
  /** Page → main: what was typed. */
  | { readonly type: 'input'; readonly channel: number; readonly bytes: Uint8Array }
  /** Page → main: output bytes that the terminal has parsed since the last credit. */
  | { readonly type: 'credit'; readonly channel: number; readonly count: number }
  /** Page → main. */
  | { readonly type: 'detach'; readonly channel: number }
  /** Main → page: data frames follow from `offset` on. With `reset` the screen must be emptied first. */
  | { readonly type: 'start'; readonly channel: number; readonly offset: number; readonly reset: boolean }
  /** Main → page: terminal output. */
  | { readonly type: 'data'; readonly channel: number; readonly bytes: Uint8Array }
  /** Main → page: the shell is unknown or was closed; the channel is free again. */
  | { readonly type: 'gone'; readonly channel: number };

const types = ['attach', 'input', 'credit', 'detach', 'start', 'data', 'gone'] as const;
const noOffset = 0xffff_ffff_ffff_ffffn;
const headBytes = 5;

export function encodeByteFrame(frame: ByteFrame): Uint8Array<ArrayBuffer> {
  const body = encodeBody(frame);
  const out = new Uint8Array(headBytes + body.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, types.indexOf(frame.type) + 1);
  view.setUint32(1, frame.channel);
  out.set(body, headBytes);
  return out;
}

function encodeBody(frame: ByteFrame): Uint8Array {
  switch (frame.type) {
    case 'attach': {
      const id = new TextEncoder().encode(frame.shellId);
      const out = new Uint8Array(8 + id.length);
      new DataView(out.buffer).setBigUint64(0, frame.from < 0 ? noOffset : BigInt(frame.from));
      out.set(id, 8);
      return out;
    }
    case 'input':
    case 'data':
      return frame.bytes;
    case 'credit': {
      const out = new Uint8Array(4);
      new DataView(out.buffer).setUint32(0, frame.count);
      return out;
    }
    case 'start': {
      const out = new Uint8Array(9);
      const view = new DataView(out.buffer);
      view.setBigUint64(0, BigInt(frame.offset));
      view.setUint8(8, frame.reset ? 1 : 0);
      return out;
    }
    case 'detach':
    case 'gone':
      return new Uint8Array(0);
  }
}

/** Data and input frames share memory with `raw`. Throws `invalid-input` on anything that is not exactly one frame. */
export function decodeByteFrame(raw: Uint8Array): ByteFrame {
  if (raw.length < headBytes) throw malformed('it is too short');
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const type = types[view.getUint8(0) - 1];
  const channel = view.getUint32(1);
  const body = raw.subarray(headBytes);
  if (body.length > maxFrameBytes) throw malformed('it is too long');
  switch (type) {
    case 'attach':
      return decodeAttach(channel, body);
    case 'input':
    case 'data':
      return { type, channel, bytes: body };
    case 'credit':
      expectLength(body, 4);
      return { type, channel, count: view.getUint32(headBytes) };
    case 'start': {
      expectLength(body, 9);
      const flag = view.getUint8(headBytes + 8);
      if (flag > 1) throw malformed('its reset flag is neither 0 nor 1');
      return { type, channel, offset: safeOffset(view.getBigUint64(headBytes)), reset: flag === 1 };
    }
    case 'detach':
    case 'gone':
      expectLength(body, 0);
      return { type, channel };
    default:
      throw malformed('its type is unknown');
  }
}

function decodeAttach(channel: number, body: Uint8Array): ByteFrame {
  if (body.length < 9 || body.length > 8 + 200) throw malformed('its shell id has a wrong length');
  const from = new DataView(body.buffer, body.byteOffset, 8).getBigUint64(0);
  let shellId: string;
  try {
    shellId = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body.subarray(8));
  } catch {
    throw malformed('its shell id is not UTF-8');
  }
  return { type: 'attach', channel, from: from === noOffset ? fromNothing : safeOffset(from), shellId };
}

function safeOffset(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('its offset is too large');
  return Number(value);
}

function expectLength(body: Uint8Array, length: number): void {
  if (body.length !== length) throw malformed('it has a wrong length');
}

function malformed(why: string): AppError {
  return new AppError('invalid-input', 'A terminal frame is malformed.', {
    reason: `The frame is refused because ${why}.`,
  });
}
