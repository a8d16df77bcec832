import type { SecureContext } from 'node:tls';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { dialTunnel, type DialedTunnel } from '../protocol/client/tunnel-dial.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import { clientContext } from '../protocol/net/dialer.ts';
import type { TunnelAccess } from './certificate-issuer.ts';

/** More handshakes at once make each of them slower, up to its time limit. */
const maxHandshakes = 32;
const ipKeptMs = 30_000;

/** Dials the proxy with the certificate of a tunnel; a burst of connections is taken in turns. */
export class TunnelDialer {
  readonly #access: TunnelAccess;
  readonly #accountUri: AccountUri;
  readonly #alpn: () => string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #offersPing = false;
  #ip: { readonly ip: string; readonly until: number } | undefined;
  #context: { readonly certificate: TunnelCertificate; readonly context: SecureContext } | undefined;

  constructor(access: TunnelAccess, accountUri: AccountUri, alpn: () => string) {
    this.#access = access;
    this.#accountUri = accountUri;
    this.#alpn = alpn;
  }

  /**
   * Signs of life cost about a tenth of the throughput, and TCP's own keep a path through routers alive. So they are
   * asked for once a connection was cut for its silence, which something between does that does not count those.
   */
  offerPing(): void {
    this.#offersPing = true;
  }

  async dial(certificate: TunnelCertificate, signal: AbortSignal): Promise<DialedTunnel> {
    await this.#turn();
    try {
      const { address, trust } = this.#access.proxy(this.#accountUri);
      if (this.#context?.certificate !== certificate)
        this.#context = { certificate, context: clientContext(trust, certificate) };
      const dialed = await dialTunnel(
        {
          address,
          trust,
          knownIp: this.#knownIp(),
          alpn: this.#alpn(),
          offersPing: this.#offersPing,
          context: this.#context.context,
        },
        signal,
      );
      const ip = dialed.socket.remoteAddress;
      if (ip !== undefined && this.#knownIp() !== ip) this.#ip = { ip, until: Date.now() + ipKeptMs };
      return dialed;
    } catch (error) {
      this.#ip = undefined;
      throw error;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Looked up anew after a while, and after every failure: the network may be another one. */
  #knownIp(): string | undefined {
    return this.#ip && this.#ip.until > Date.now() ? this.#ip.ip : undefined;
  }

  async #turn(): Promise<void> {
    if (this.#running >= maxHandshakes) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }
}
