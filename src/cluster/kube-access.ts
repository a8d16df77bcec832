import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Caller, ClusterCore } from './core.ts';
import { grantCovers } from './grant.ts';
import { grantCoversKube } from './kube-grant.ts';
import { impersonate } from './kube/impersonation.ts';
import type { KubeBackend } from './kube/kube-api.ts';
import type { JsonObject } from './kube/objects.ts';
import type { KubeIdentity } from './kube/rbac.ts';
import { asKubeError, KubeError, sendJson } from './kube/status.ts';
import { allowedBy, rolesFor } from './roles.ts';

/** Clients keep connections for their next request; one that the proxy ends just then is an error for them. */
const idleMs = 120_000;
const pathRoute = /^\/v1\/teleport\/([\w-]+)\/([\w-]+)(\/.*)?$/;

interface Admission {
  readonly name: string;
  readonly backend: KubeBackend;
  readonly identity: KubeIdentity;
}

/** The Kubernetes side of the proxy: checks who asks, then hands the request to the cluster behind (tunnels.md 4). */
export class KubeAccess {
  readonly #core: ClusterCore;
  readonly #backends: ReadonlyMap<string, KubeBackend>;
  readonly #server: Server;

  constructor(core: ClusterCore, backends: ReadonlyMap<string, KubeBackend>) {
    this.#core = core;
    this.#backends = backends;
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: idleMs }, (request, response) =>
      this.#serve(request, response),
    );
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Takes a connection after its TLS handshake. */
  accept(socket: TLSSocket): void {
    const check = this.#core.checkCaller(socket);
    // A real proxy breaks the handshake off; Node cannot say why.
    if (check === 'expired' || check === 'unknown-authority') socket.destroy();
    else this.#server.emit('connection', socket);
  }

  stop(): void {
    for (const backend of this.#backends.values()) backend.stop();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    try {
      const { name, backend, identity } = this.#admit(request);
      this.#count(name, response);
      backend.serve(request, response, identity);
    } catch (error) {
      request.resume();
      const refusal = this.#refusalOf(request, error);
      if (typeof refusal.body === 'string') {
        response.writeHead(refusal.code, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(`${refusal.body}\n`);
      } else sendJson(response, refusal.code, refusal.body);
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      const { name, backend, identity } = this.#admit(request);
      this.#count(name, socket);
      backend.upgrade(request, socket, head, identity);
    } catch (error) {
      const { code, body } = this.#refusalOf(request, error);
      const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
      socket.end(
        `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      );
    }
  }

  /** A stopped cluster cuts what runs; a lock does not (tunnels.md 8.2). */
  #count(target: string, running: ServerResponse | Duplex): void {
    const close = () => running.destroy();
    running.once('close', this.#core.tunnels.add({ kind: 'kube', target, userName: '', close }));
  }

  /** Whose request goes where. Throws `KubeError`. Takes a route off the path. */
  #admit(request: IncomingMessage): Admission {
    const caller = this.#core.checkCaller(request.socket as TLSSocket);
    if (typeof caller === 'string' || 'locked' in caller)
      throw new KubeError('Forbidden', '[00] access denied');
    const name = this.#route(request, caller);
    const resource = this.#core.inventory.find('kube_cluster', name);
    if (!resource) throw new KubeError('NotFound', `Kubernetes cluster "${name}" not found`);
    const roles = rolesFor(caller.roles, 'kube_cluster', resource.labels);
    const isGranted = grantCovers(caller.grant, this.#core.options.name, { kind: 'kube_cluster', id: name });
    if (roles.length === 0 || !isGranted) throw new KubeError('Forbidden', '[00] access denied');
    if (!grantCoversKube(caller.grant, this.#core.options.name, name, request.url ?? '/'))
      throw new KubeError('Forbidden', 'the access request does not cover this');
    if (roles.some((role) => role.requireSessionMfa) && caller.grant.mfaDevice === '')
      throw new KubeError('Forbidden', `kubernetes cluster "${name}" not found`);
    const allowed = {
      users: allowedBy(roles, 'kubernetesUsers'),
      groups: allowedBy(roles, 'kubernetesGroups'),
    };
    const identity = impersonate(caller.userName, allowed, request.headers);
    const backend = this.#backends.get(name);
    if (!backend || this.#core.tunnels.isStopped('kube', name))
      throw new KubeError(
        'ServiceUnavailable',
        `kubernetes cluster "${name}" is offline: no agent serves it`,
      );
    return { name, backend, identity };
  }

  /** The Kubernetes cluster that the certificate names, or the path (tunnels.md 4.2). */
  #route(request: IncomingMessage, caller: Caller): string {
    const certified = caller.tunnel.kubernetesCluster;
    const match = this.#core.pose.kubernetes.pathRouting ? pathRoute.exec(request.url ?? '') : null;
    if (!match) return certified;
    const [, teleport = '', kube = '', rest = '/'] = match;
    const decode = (part: string) => Buffer.from(part, 'base64url').toString('utf8');
    if (decode(teleport) !== this.#core.options.name || (certified !== '' && certified !== decode(kube)))
      throw new KubeError('Forbidden', 'existing route in identity may not be overwritten');
    request.url = rest;
    return decode(kube);
  }

  #refusalOf(request: IncomingMessage, error: unknown): { code: number; body: JsonObject | string } {
    const refusal = asKubeError(error);
    const status = refusal.toStatus();
    if (this.#core.pose.kubernetes.codesInside) {
      const { reason: _reason, ...older } = status;
      return { code: 500, body: { ...older, apiVersion: 'meta.k8s.io/v1' } };
    }
    const isVersion = /^\/version(\?|$)/.test(request.url ?? '');
    return isVersion ? { code: 500, body: refusal.message } : { code: refusal.code, body: status };
  }
}
