import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatAddress, type ProxyAddress, socketHost } from './address.ts';

const maxHeadBytes = 16 * 1024;

/** A proxy of the network that connections to clusters go through (RFC 9110, 9.3.6). */
export interface HttpProxy {
  /** `http://host[:port]` or `https://host[:port]`, without credentials. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The proxy for a host; undefined = straight there. */
export type DialRoute = (host: string) => HttpProxy | undefined;

let route: DialRoute = () => undefined;

/** Sets the way of every connection that is made from now on; gives back its own undo. */
export function setDialRoute(next: DialRoute): () => void {
  route = next;
  return () => {
    if (route === next) route = () => undefined;
  };
}

export function proxyFor(host: string): HttpProxy | undefined {
  return route(host);
}

/** Whether a host is reached without the proxy: this machine, a listed name, or one below a listed `.domain`. */
export function isBypassed(host: string, noProxy: readonly string[]): boolean {
  const name = socketHost(host).toLowerCase().replace(/\.$/, '');
  const isOwnAddress = name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
  if (isOwnAddress || name === 'localhost' || name.endsWith('.localhost')) return true;
  return noProxy.some((entry) => {
    const wanted = entry.trim().toLowerCase();
    if (wanted === '*') return true;
    return wanted.startsWith('.') ? name.endsWith(wanted) || name === wanted.slice(1) : name === wanted;
  });
}

/** The first steps of a connection: the socket to the proxy, and what has to be asked on it. */
export function startTunnel(
  proxy: HttpProxy,
  target: ProxyAddress,
  done: (error: AppError | undefined) => void,
): Socket {
  const url = new URL(proxy.url);
  const isTls = url.protocol === 'https:';
  const host = socketHost(url.hostname);
  const port = Number(url.port) || (isTls ? 443 : 80);
  const ask = () => askForTunnel(socket, proxy, target, done);
  const socket = isTls
    ? connectTls(
        { host, port, ...(isIP(host) ? {} : { servername: host }), ALPNProtocols: ['http/1.1'] },
        ask,
      )
    : connectTcp({ host, port }, ask);
  socket.setNoDelay(true);
  return socket;
}

function askForTunnel(
  socket: Socket,
  proxy: HttpProxy,
  target: ProxyAddress,
  done: (error: AppError | undefined) => void,
): void {
  const name = formatAddress(target);
  const lines = [`CONNECT ${name} HTTP/1.1`, `Host: ${name}`];
  if (proxy.user !== '' || proxy.password !== '') {
    const credentials = Buffer.from(`${proxy.user}:${proxy.password}`).toString('base64');
    lines.push(`Proxy-Authorization: Basic ${credentials}`);
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let head = Buffer.alloc(0);
  // Read, not listened to: the next owner finds a socket that has never flowed.
  const onReadable = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length <= maxHeadBytes) return;
    socket.removeListener('readable', onReadable);
    const failure = end < 0 ? notHttp(proxy) : judge(head.subarray(0, end).toString('latin1'), proxy, name);
    if (!failure && head.length > end + 4) socket.unshift(head.subarray(end + 4));
    done(failure);
  };
  socket.on('readable', onReadable);
}

function judge(head: string, proxy: HttpProxy, target: string): AppError | undefined {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
  if (status >= 200 && status < 300) return undefined;
  if (Number.isNaN(status)) return notHttp(proxy);
  const detail = head.split('\r\n')[0]?.slice(0, 200) ?? '';
  if (status === 407) {
    return new AppError(
      'http-proxy-refused',
      `The HTTP proxy ${proxy.url} does not take these credentials.`,
      {
        reason:
          proxy.user === '' ? 'It wants a user name and a password.' : 'User name or password is wrong.',
        advice: 'Change them under Network in the settings.',
        detail,
      },
    );
  }
  return new AppError('http-proxy-refused', `The HTTP proxy ${proxy.url} does not connect to ${target}.`, {
    reason: `It answered with status ${status}.`,
    advice: 'Ask who runs the proxy, or list the host under "Hosts without proxy" in the settings.',
    action: 'retry',
    detail,
  });
}

function notHttp(proxy: HttpProxy): AppError {
  return new AppError('http-proxy-refused', `${proxy.url} is not an HTTP proxy.`, {
    reason: 'What it answered is not HTTP.',
    advice: 'Check the address under Network in the settings.',
  });
}
