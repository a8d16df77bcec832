import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** How a connection was made, for whoever asks what is going on. */
export interface SocketFacts {
  /** What TLS agreed on; absent when nothing was, or without TLS. */
  readonly alpn?: string;
  /** `TLSv1.3`; absent without TLS. */
  readonly tls?: string;
  /** `ip:port` of whom the packets go to: the HTTP proxy's where one is between. */
  readonly remote: string;
  readonly throughHttpProxy: boolean;
}

const carried = new WeakSet<Socket>();

/** Notes that an HTTP proxy is between. */
export function noteCarried(socket: Socket): void {
  carried.add(socket);
}

export function factsOfSocket(socket: Socket): SocketFacts {
  const isIp6 = socket.remoteFamily === 'IPv6';
  const host = socket.remoteAddress ?? '';
  const facts = {
    remote: `${isIp6 ? `[${host}]` : host}:${socket.remotePort ?? 0}`,
    throughHttpProxy: carried.has(socket),
  };
  if (!(socket instanceof TLSSocket)) return facts;
  const alpn = socket.alpnProtocol;
  const tls = socket.getProtocol();
  return { ...facts, ...(alpn ? { alpn } : {}), ...(tls ? { tls } : {}) };
}
