import type { KeyObject } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  createSecureContext,
  connect as connectTls,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatAddress, type ProxyAddress, socketHost } from './address.ts';
import { proxyFor, startTunnel } from './http-proxy.ts';
import { noteCarried } from './socket-facts.ts';
import { cancelled, dialTimedOut, fromSocketError } from './dial-errors.ts';

const defaultDialTimeoutMs = 10_000;

/** Which certificates of the other side count. */
export type ServerTrust =
  | { readonly kind: 'system' }
  /** Exactly this leaf, whatever its names and dates: the user saw its SHA-256. */
  | { readonly kind: 'fingerprint'; readonly sha256: string }
  /** Only what these CAs signed, with matching names. */
  | { readonly kind: 'ca'; readonly pem: string };

export interface TlsDialOptions {
  readonly address: ProxyAddress;
  readonly trust: ServerTrust;
  /** IP address of the host when it is known already; the certificate is still judged by the host's name. */
  readonly knownIp?: string | undefined;
  /** SNI and the name that the certificate must carry; default: the host. */
  readonly servername?: string;
  /** Protocols in the order in which the proxy looks at them (login.md 6.2). */
  readonly alpn: readonly string[];
  readonly client?: { readonly key: KeyObject; readonly certificate: string };
  /** Instead of `client`, for many connections with one certificate: see `clientContext`. */
  readonly context?: SecureContext;
  readonly timeoutMs?: number;
}

/** A TLS connection whose certificate was accepted by `trust`. Throws coded errors only. */
export async function dialTls(options: TlsDialOptions, signal?: AbortSignal): Promise<TLSSocket> {
  const { address, trust } = options;
  const name = formatAddress(address);
  const host = socketHost(address.host);
  const servername = options.servername ?? (isIP(host) ? '' : host);
  const settings: ConnectionOptions = {
    host: options.knownIp ?? host,
    port: address.port,
    servername,
    ALPNProtocols: [...options.alpn],
    minVersion: 'TLSv1.2',
    // Judged below, where the certificate can be shown to the user.
    rejectUnauthorized: false,
    ...(options.context
      ? { secureContext: options.context }
      : contextSettings(trust, options.client ?? undefined)),
  };
  const timeoutMs = options.timeoutMs ?? defaultDialTimeoutMs;
  const carrier = await dialProxy(address, timeoutMs, signal);
  return settle<TLSSocket>(timeoutMs, name, signal, (done) => {
    const socket = connectTls(carrier ? { ...settings, socket: carrier } : settings, () => {
      const refusal = judge(socket, trust, name);
      done(refusal);
    });
    if (carrier) noteCarried(socket);
    socket.setNoDelay(true);
    return socket;
  });
}

/** Keys and trust of many connections, read once. */
export function clientContext(
  trust: ServerTrust,
  client: { readonly key: KeyObject; readonly certificate: string },
): SecureContext {
  return createSecureContext({ minVersion: 'TLSv1.2', ...contextSettings(trust, client) });
}

function contextSettings(
  trust: ServerTrust,
  client: { readonly key: KeyObject; readonly certificate: string } | undefined,
): SecureContextOptions {
  return {
    ...(trust.kind === 'ca' ? { ca: trust.pem } : {}),
    ...(client ? { key: client.key.export({ type: 'pkcs8', format: 'pem' }), cert: client.certificate } : {}),
  };
}

/** A plain TCP connection, for SSH ports without TLS routing. */
export async function dialTcp(address: ProxyAddress, signal?: AbortSignal): Promise<Socket> {
  const carrier = await dialProxy(address, defaultDialTimeoutMs, signal);
  if (carrier) {
    noteCarried(carrier);
    return carrier;
  }
  return settle<Socket>(defaultDialTimeoutMs, formatAddress(address), signal, (done) => {
    const socket = connectTcp({ host: socketHost(address.host), port: address.port }, () => done(undefined));
    socket.setNoDelay(true);
    return socket;
  });
}

/** A connection to the address through the HTTP proxy; undefined where none is to be used. */
async function dialProxy(
  address: ProxyAddress,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket | undefined> {
  const proxy = proxyFor(address.host);
  if (!proxy) return undefined;
  return settle<Socket>(timeoutMs, `the HTTP proxy ${proxy.url}`, signal, (done) =>
    startTunnel(proxy, address, done),
  );
}

function settle<S extends Socket>(
  timeoutMs: number,
  name: string,
  signal: AbortSignal | undefined,
  start: (done: (error: AppError | undefined) => void) => S,
): Promise<S> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled());
      return;
    }
    const finish = (error: AppError | undefined) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      // Later errors belong to the new owner; without one they must not end the process.
      socket.on('error', () => undefined);
      if (error === undefined) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) => finish(fromSocketError(error, name));
    const onClose = () => finish(fromSocketError(new Error('closed during the handshake'), name));
    const abort = () => finish(cancelled());
    const timer = setTimeout(() => finish(dialTimedOut(name)), timeoutMs);
    const socket = start(finish);
    socket.on('error', onError);
    socket.on('close', onClose);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function judge(socket: TLSSocket, trust: ServerTrust, name: string): AppError | undefined {
  if (trust.kind !== 'fingerprint' && socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  if (trust.kind === 'fingerprint' && certificate.fingerprint256 === trust.sha256) return undefined;
  return untrusted(certificate, trust, name, String(socket.authorizationError ?? 'fingerprint differs'));
}

function untrusted(certificate: PeerCertificate, trust: ServerTrust, name: string, detail: string): AppError {
  const text = (value: string | string[] | undefined) =>
    Array.isArray(value) ? value.join(', ') : (value ?? '');
  return new AppError('tls-untrusted', `The certificate of ${name} is not trusted.`, {
    reason:
      trust.kind === 'fingerprint'
        ? 'It is not the certificate that was accepted for this cluster before.'
        : whyUntrusted(detail),
    advice: 'Compare the fingerprint with one that an administrator of the cluster gives you.',
    action: 'trust-certificate',
    detail,
    facts: {
      sha256: certificate.fingerprint256 ?? '',
      subject: text(certificate.subject?.CN),
      issuer: text(certificate.issuer?.CN) || text(certificate.issuer?.O),
      names: certificate.subjectaltname ?? '',
      validFrom: certificate.valid_from ?? '',
      validTo: certificate.valid_to ?? '',
    },
  });
}

function whyUntrusted(detail: string): string {
  if (/ALTNAME/i.test(detail)) return 'It was issued for another name.';
  if (/EXPIRED/i.test(detail)) return 'It has expired.';
  if (/NOT_YET_VALID/i.test(detail)) return "It is not valid yet; check this machine's clock.";
  return 'It was not issued by an authority that this machine trusts.';
}
