import type { TLSSocket, SecureContext } from 'node:tls';
import { pingAlpnSuffix } from '../codec/ping-frames.ts';
import { withPing } from '../codec/tunnel-alpn.ts';
import type { ProxyAddress } from '../net/address.ts';
import { dialTls, type ServerTrust } from '../net/dialer.ts';

export interface TunnelDialOptions {
  readonly address: ProxyAddress;
  readonly trust: ServerTrust;
  /** Name that the proxy routes by; `http/1.1` for HTTP apps. */
  readonly alpn: string;
  /** Also offers the form with signs of life. It costs throughput, and proxies take it wherever they know it. */
  readonly offersPing: boolean;
  readonly knownIp?: string | undefined;
  /** Key, certificate and trust: `clientContext`. */
  readonly context: SecureContext;
}

export interface DialedTunnel {
  readonly socket: TLSSocket;
  /** Payload travels in ping frames. */
  readonly isFramed: boolean;
}

/** How long a dead connection may stay unnoticed by the system. */
const keepAliveMs = 30_000;

/** One connection through the proxy's web port (tunnels.md 1.1). A refused certificate may show only at the first read. */
export async function dialTunnel(options: TunnelDialOptions, signal?: AbortSignal): Promise<DialedTunnel> {
  const { address, trust, alpn, context } = options;
  const socket = await dialTls(
    {
      address,
      trust,
      knownIp: options.knownIp,
      alpn: options.offersPing && alpn !== 'http/1.1' ? withPing(alpn) : [alpn],
      context,
    },
    signal,
  );
  socket.setKeepAlive(true, keepAliveMs);
  return { socket, isFramed: Boolean(socket.alpnProtocol && socket.alpnProtocol.endsWith(pingAlpnSuffix)) };
}
