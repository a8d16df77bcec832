import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type KubeBackend, refuseUpgrade } from './kube-api.ts';
import type { UpstreamCluster } from './kubeconfig.ts';
import type { KubeIdentity } from './rbac.ts';
import { KubeError, sendError } from './status.ts';

/** Headers that belong to one connection (RFC 9110 7.6.1); a changed protocol keeps them. */
const hopHeaders = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

export interface UpstreamOptions {
  /** False: the API server sees the kubeconfig's own user only, who needs no right to impersonate. */
  readonly impersonates: boolean;
}

/** A real Kubernetes API behind the proxy, reached with the credentials of a kubeconfig. */
export class UpstreamApi implements KubeBackend {
  readonly #cluster: UpstreamCluster;
  readonly #options: UpstreamOptions;
  readonly #running = new Set<ClientRequest>();

  constructor(cluster: UpstreamCluster, options: UpstreamOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  serve(request: IncomingMessage, response: ServerResponse, identity: KubeIdentity): void {
    const upstream = this.#request(request, identity, false);
    upstream.once('response', (answer) => {
      const headers = pairsOf(answer.rawHeaders).filter(([name]) => !hopHeaders.includes(name.toLowerCase()));
      response.writeHead(answer.statusCode ?? 502, headers.flat());
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    upstream.once('error', () => sendError(response, unreachable()));
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, identity: KubeIdentity): void {
    const upstream = this.#request(request, identity, true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
    upstream.once('upgrade', (answer, far, farHead) => {
      socket.write(headOf(answer));
      if (farHead.length > 0) socket.write(farHead);
      if (head.length > 0) far.write(head);
      far.on('error', () => far.destroy());
      far.once('close', () => socket.destroy());
      socket.once('close', () => far.destroy());
      far.pipe(socket);
      socket.pipe(far);
    });
    // A refusal is an ordinary answer, after which the connection ends.
    upstream.once('response', (answer) => {
      socket.write(headOf(answer));
      answer.pipe(socket);
    });
    upstream.once('error', () => refuseUpgrade(socket, unreachable()));
    upstream.end();
  }

  stop(): void {
    for (const request of this.#running) request.destroy();
  }

  #request(request: IncomingMessage, identity: KubeIdentity, isUpgrade: boolean): ClientRequest {
    const { server, ca, certificate, key, isTrusted, serverName } = this.#cluster;
    const base = server.pathname.replace(/\/$/, '');
    const options: RequestOptions = {
      hostname: server.hostname.replaceAll(/[[\]]/g, ''),
      port: server.port || (server.protocol === 'https:' ? 443 : 80),
      method: request.method,
      path: `${base}${request.url ?? '/'}`,
      headers: this.#headers(request, identity, isUpgrade),
      agent: false,
    };
    const upstream =
      server.protocol === 'https:'
        ? httpsRequest({
            ...options,
            ...(ca ? { ca } : {}),
            ...(certificate && key ? { cert: certificate, key } : {}),
            ...(serverName ? { servername: serverName } : {}),
            rejectUnauthorized: !isTrusted,
          })
        : httpRequest(options);
    this.#running.add(upstream);
    upstream.once('close', () => this.#running.delete(upstream));
    return upstream;
  }

  /** The client's headers, with the cluster's credentials and the resolved identity in the place of its own. */
  #headers(request: IncomingMessage, { user, groups }: KubeIdentity, isUpgrade: boolean): string[] {
    const kept = pairsOf(request.rawHeaders).filter(([rawName]) => {
      const name = rawName.toLowerCase();
      if (name === 'host' || name === 'authorization' || name.startsWith('impersonate-')) return false;
      return isUpgrade || name === 'transfer-encoding' || !hopHeaders.includes(name);
    });
    const { authorization } = this.#cluster;
    return [
      ['Host', this.#cluster.server.host],
      ...(authorization ? [['Authorization', authorization]] : []),
      ...(this.#options.impersonates
        ? [['Impersonate-User', user], ...groups.map((group) => ['Impersonate-Group', group])]
        : []),
      ...kept,
    ].flat();
  }
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return pairs;
}

function headOf(answer: IncomingMessage): string {
  const code = answer.statusCode ?? 502;
  const isChanged = code === 101;
  const headers = pairsOf(answer.rawHeaders)
    .filter(([name]) => isChanged || !hopHeaders.includes(name.toLowerCase()))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const end = isChanged ? '' : 'Connection: close\r\n';
  return `HTTP/1.1 ${code} ${answer.statusMessage ?? STATUS_CODES[code] ?? ''}\r\n${headers.join('')}${end}\r\n`;
}

function unreachable(): KubeError {
  return new KubeError('ServiceUnavailable', 'the Kubernetes API behind this cluster cannot be reached');
}
