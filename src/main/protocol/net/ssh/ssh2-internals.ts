import type { Client, Connection } from 'ssh2';
import { AppError } from '../../../../shared/errors/app-error.ts';

// The one place that names private members of ssh2. They are pinned with the package version; `assertShape` refuses to
// work when a new version moved them, so that a mismatch is an error and never a weaker check (ssh.md 5).

/** A key exchange in progress. `_hostKey` is the K_S that the server sent, once it is known. */
export interface Kex {
  negotiated: { serverHostKey: string };
  _hostKey?: Buffer;
  sessionID?: Buffer;
  getPublicKey(): Buffer;
}

interface AlgorithmList {
  array: string[];
}
interface DirectionLists {
  cipher: AlgorithmList;
  mac: AlgorithmList;
  compress: AlgorithmList;
  lang: AlgorithmList;
}
interface Offer {
  lists: { kex: AlgorithmList; cs: DirectionLists; sc: DirectionLists };
}

type GlobalRequestHandler = (proto: Protocol, name: string, wantReply: boolean, data: unknown) => void;
type ChannelRequestHandler = (
  proto: Protocol,
  id: number,
  name: string,
  wantReply: boolean,
  data: unknown,
) => void;

export interface Protocol {
  _server: boolean;
  _kex: Kex | undefined;
  _kexinit: unknown;
  _queue: Buffer[] | undefined;
  _offer: Offer;
  _cipher: { encrypt(packet: Buffer): void };
  _packetRW: { write: { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer } };
  _authsQueue: string[];
  _handlers: {
    GLOBAL_REQUEST?: GlobalRequestHandler;
    CHANNEL_REQUEST?: ChannelRequestHandler;
    CHANNEL_DATA?: (proto: Protocol, id: number, data: Buffer) => void;
    CHANNEL_EOF?: (proto: Protocol, id: number) => void;
    CHANNEL_EXTENDED_DATA?: (proto: Protocol, id: number, data: Buffer, type: number) => void;
    CHANNEL_FAILURE?: (proto: Protocol, id: number) => void;
  };
  authPK(username: string, key: unknown, algorithm: unknown, sign?: SignCallback): void;
  session(channel: number, initialWindow: number, maxPacket: number): void;
  channelWindowAdjust(remoteChannel: number, amount: number): void;
  pty(channel: number, ...rest: unknown[]): void;
  shell(channel: number, wantReply: boolean): void;
  windowChange(channel: number, rows: number, cols: number, height: number, width: number): void;
  channelClose(channel: number): void;
  requestSuccess(data?: Buffer): void;
  requestFailure(): void;
  channelSuccess(channel: number): void;
  channelFailure(channel: number): void;
  channelExtData(channel: number, data: Buffer, type: number): void;
}

export type SignCallback = (data: Buffer, done: (signature: Buffer) => void) => void;

export interface ChannelInternals {
  outgoing?: { id: number };
  incoming?: { id: number; window: number };
  /** Of Node's streams: how much is kept for a reader that has stopped. */
  _readableState?: { highWaterMark: number };
  _chanInfo?: { outgoing: { id: number } };
}

interface ConnectionInternals {
  _protocol: Protocol;
  _chanMgr: { get(id: number): unknown };
  _callbacks?: ((error: unknown, data?: Buffer) => void)[];
}

export function internalsOf(connection: Client | Connection): ConnectionInternals {
  return connection as unknown as ConnectionInternals;
}

const protocolMembers: readonly (readonly [string, string])[] = [
  ['authPK', 'function'],
  ['session', 'function'],
  ['channelWindowAdjust', 'function'],
  ['pty', 'function'],
  ['shell', 'function'],
  ['windowChange', 'function'],
  ['channelClose', 'function'],
  ['channelExtData', 'function'],
  ['requestSuccess', 'function'],
  ['requestFailure', 'function'],
  ['_offer', 'object'],
  ['_packetRW', 'object'],
  ['_cipher', 'object'],
  ['_authsQueue', 'object'],
  ['_handlers', 'object'],
];

/** Throws `unsupported` when ssh2 is not the version that this adapter was written for. */
export function assertShape(connection: Client | Connection): Protocol {
  const protocol = internalsOf(connection)._protocol as unknown as Record<string, unknown> | undefined;
  const wrong = protocolMembers
    .filter(([name, type]) => typeof protocol?.[name] !== type)
    .map(([name]) => name);
  if (protocol && !('_kex' in protocol)) wrong.push('_kex');
  if (!protocol || wrong.length > 0) {
    throw new AppError('unsupported', 'This build of Porthole cannot open SSH connections.', {
      reason: 'Its SSH library is not the version that it was made for.',
      advice: 'Install Porthole again from an official package.',
      detail: `ssh2 members missing: ${wrong.join(', ') || 'all'}`,
    });
  }
  return protocol as unknown as Protocol;
}

/** Sends a raw SSH packet; while keys are exchanged it waits in ssh2's own queue. */
export function sendPacket(protocol: Protocol, payload: Buffer): void {
  const writer = protocol._packetRW.write;
  const start = writer.allocStart;
  const packet = writer.alloc(payload.length);
  packet.set(payload, start);
  const finished = writer.finalize(packet);
  if (protocol._kexinit === undefined) {
    protocol._cipher.encrypt(finished);
    return;
  }
  protocol._queue ??= [];
  protocol._queue.push(finished);
}

/** Replaces the offered host-key algorithms; call right after `connect`, before the peer's ident arrives. */
export function offerHostKeys(protocol: Protocol, algorithms: readonly string[]): void {
  const { lists } = protocol._offer;
  const side = (from: DirectionLists) => ({
    cipher: from.cipher.array,
    mac: from.mac.array,
    compress: from.compress.array,
    lang: from.lang.array,
  });
  const OfferClass = protocol._offer.constructor as new (lists: object) => Offer;
  protocol._offer = new OfferClass({
    kex: lists.kex.array,
    serverHostKey: [...algorithms],
    cs: side(lists.cs),
    sc: side(lists.sc),
  });
}
