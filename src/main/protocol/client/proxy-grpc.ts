import { type ClientHttp2Session, connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { AppError } from '../../../shared/errors/app-error.ts';
import { Emitter } from '../../../shared/lifecycle/emitter.ts';
import { encodeClusterName, proxySshGrpcAlpn } from '../codec/cluster-name.ts';
import { formatAddress } from '../net/address.ts';
import { cancelled, fromSocketError } from '../net/dial-errors.ts';
import { dialTls } from '../net/dialer.ts';
import { factsOfSocket } from '../net/socket-facts.ts';
import { connectionLost } from '../net/ssh/ssh-errors.ts';
import { hostCaPem } from './host-authorities.ts';
import type { LinkFacts, ProxyConnection, ProxyConnectionOptions } from './proxy-types.ts';
import { openProxySshStream } from './proxy-ssh-stream.ts';

const streamWindowBytes = 4 << 20;
const connectionWindowBytes = 16 << 20;
const settleTimeoutMs = 10_000;

/** The proxy's gRPC transport (ssh.md 1.4). ALPN may stay unnegotiated on older servers. */
export async function openGrpcProxy(
  options: ProxyConnectionOptions,
  signal?: AbortSignal,
): Promise<ProxyConnection> {
  const { address, identity } = options;
  const servername = encodeClusterName(identity.clusterName);
  const socket = await dialTls(
    {
      address,
      servername,
      alpn: [proxySshGrpcAlpn, 'h2'],
      trust: { kind: 'ca', pem: hostCaPem(identity) },
      client: { key: identity.tlsKey, certificate: identity.tlsCertificate },
    },
    signal,
  );
  const session = connect(`https://${servername}`, {
    createConnection: () => socket,
    settings: { initialWindowSize: streamWindowBytes },
  });
  const proxy = new GrpcProxy(session, options, { transport: 'gRPC', ...factsOfSocket(socket) });
  await proxy.settled(signal);
  return proxy;
}

class GrpcProxy implements ProxyConnection {
  readonly link: LinkFacts;
  readonly #session: ClientHttp2Session;
  readonly #options: ProxyConnectionOptions;
  readonly #closed = new Emitter<AppError | undefined>();
  #error: AppError | undefined;
  #askedToEnd = false;
  #isOpen = true;

  constructor(session: ClientHttp2Session, options: ProxyConnectionOptions, link: LinkFacts) {
    this.link = link;
    this.#session = session;
    this.#options = options;
    session.on('error', (error) => {
      this.#error ??= fromSocketError(error, formatAddress(options.address));
    });
    session.once('goaway', (code) => {
      this.#error ??= connectionLost(`the proxy closed the connection (GOAWAY ${code})`);
    });
    session.once('close', () => this.#finish());
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#session.closed;
  }

  get onClose() {
    return this.#closed.event;
  }

  /** Under TLS 1.3 the proxy refuses a client certificate after the handshake: wait for its first settings. */
  settled(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: AppError) => {
        reject(error);
        this.dispose();
      };
      const timer = setTimeout(
        () => fail(new AppError('timed-out', 'The proxy does not answer.', { action: 'retry' })),
        settleTimeoutMs,
      );
      const abort = () => fail(cancelled());
      signal?.addEventListener('abort', abort, { once: true });
      const undo = this.onClose((error) => reject(error ?? connectionLost('closed at once')));
      this.#session.once('remoteSettings', () => {
        clearTimeout(timer);
        undo.dispose();
        signal?.removeEventListener('abort', abort);
        this.#session.setLocalWindowSize(connectionWindowBytes);
        resolve();
      });
      this.onClose(() => clearTimeout(timer));
    });
  }

  async dialNode(target: { id: string; clusterName: string }, signal?: AbortSignal): Promise<Duplex> {
    if (!this.isOpen) throw this.#error ?? connectionLost('closed');
    return openProxySshStream(this.#session, { target, identity: this.#options.identity }, signal);
  }

  ping(signal?: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(cancelled()), { once: true });
      const undo = this.onClose((error) => reject(error ?? connectionLost('closed')));
      const sent =
        this.isOpen &&
        this.#session.ping((error, duration) => {
          undo.dispose();
          if (error) reject(fromSocketError(error, formatAddress(this.#options.address)));
          else resolve(duration);
        });
      if (!sent) reject(this.#error ?? connectionLost('closed'));
    });
  }

  dispose(): void {
    this.#askedToEnd = true;
    this.#session.destroy();
    this.#finish();
  }

  #finish(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#closed.fire(
      this.#askedToEnd ? undefined : (this.#error ?? connectionLost('the proxy closed the connection')),
    );
    this.#closed.dispose();
  }
}
