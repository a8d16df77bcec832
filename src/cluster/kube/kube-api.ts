import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { discoveryAt, isReviewGroup, reviews } from './discovery.ts';
import { findKind } from './kinds.ts';
import { type JsonObject, objectAt, textOf } from './objects.ts';
import { ObjectsApi } from './objects-api.ts';
import { serveOpenApi } from './openapi.ts';
import { nodeName, PodRuntime } from './pod-runtime.ts';
import { PodStreams } from './pod-streams.ts';
import { authorize, type GroupRoles, isAllowed, type KubeIdentity } from './rbac.ts';
import { readObject } from './request-body.ts';
import { parseRequestPath, type RequestInfo, verbOf } from './request-info.ts';
import { asKubeError, KubeError, sendError, sendJson } from './status.ts';
import { type Draft, ObjectStore } from './store.ts';
import { toDraft } from './validation.ts';

/** A Kubernetes API behind the proxy. The proxy has already decided who asks. */
export interface KubeBackend {
  serve(request: IncomingMessage, response: ServerResponse, identity: KubeIdentity): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, identity: KubeIdentity): void;
  /** Ends everything that runs behind it. */
  stop(): void;
}

export interface KubeApiOptions {
  readonly groupRoles?: GroupRoles;
  /** Objects that are there at the start, behind the namespaces `default` and `kube-system`. */
  readonly objects?: readonly JsonObject[];
  readonly now?: () => Date;
}

const usualRoles: GroupRoles = {
  'system:masters': 'admin',
  administrators: 'admin',
  developers: 'edit',
  viewers: 'view',
};

/** A small Kubernetes cluster in memory, real enough for `kubectl`. Its pods run programs of this machine. */
export class KubeApi implements KubeBackend {
  readonly #roles: GroupRoles;
  readonly #objects: ObjectsApi;
  readonly #runtime: PodRuntime;
  readonly #streams: PodStreams;

  constructor(options: KubeApiOptions = {}) {
    const now = options.now ?? (() => new Date());
    this.#roles = options.groupRoles ?? usualRoles;
    const store = new ObjectStore(now);
    this.#objects = new ObjectsApi(store, now);
    this.#runtime = new PodRuntime(store, now);
    this.#streams = new PodStreams(this.#runtime, now);
    for (const object of [...cornerstones(), ...(options.objects ?? [])]) seed(store, object);
  }

  serve(request: IncomingMessage, response: ServerResponse, identity: KubeIdentity): void {
    response.on('error', () => response.destroy());
    this.#answer(request, response, identity).catch((error: unknown) => {
      request.resume();
      sendError(response, error);
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, identity: KubeIdentity): void {
    socket.on('error', () => socket.destroy());
    this.#stream(request, socket, head, identity).catch((error: unknown) => refuseUpgrade(socket, error));
  }

  stop(): void {
    this.#runtime.dispose();
  }

  async #answer(request: IncomingMessage, response: ServerResponse, identity: KubeIdentity): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://kube');
    const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, '') : url.pathname;
    if (request.method === 'GET') {
      if (['/healthz', '/livez', '/readyz'].includes(path)) {
        response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
        return;
      }
      const found = discoveryAt(path);
      if (found) {
        sendJson(response, 200, found);
        return;
      }
      if (serveOpenApi(path, request, response)) return;
    }
    if (request.method === 'POST' && (await this.#review(path, request, response, identity))) return;
    const info = parseRequestPath(path);
    if (!info) throw new KubeError('NotFound', 'the server could not find the requested resource');
    const verb = verbOf(request.method, info, url.searchParams);
    authorize(this.#roles, identity, verb ?? 'use', info);
    if (info.part === 'log' && request.method === 'GET') this.#streams.log(response, info, url.searchParams);
    else if (info.part === undefined) await this.#objects.serve(request, response, info, url.searchParams);
    else if (info.part === 'status')
      throw new KubeError(
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      );
    else throw new KubeError('BadRequest', 'Upgrade request required');
  }

  async #stream(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    identity: KubeIdentity,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://kube');
    const info = parseRequestPath(url.pathname);
    if (!info?.part) throw new KubeError('NotFound', 'the server could not find the requested resource');
    authorize(this.#roles, identity, request.method === 'GET' ? 'get' : 'create', info);
    await this.#serveStream(request, socket, head, info, url.searchParams);
  }

  async #serveStream(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<void> {
    switch (info.part) {
      case 'exec':
        return this.#streams.exec(request, socket, head, info, query);
      case 'attach':
        return this.#streams.attach(request, socket, head, info, query);
      case 'portforward':
        return this.#streams.portForward(request, socket, head, info);
      default:
        throw new KubeError('BadRequest', 'nothing here can be upgraded');
    }
  }

  /** `kubectl auth can-i` and `kubectl auth whoami`. */
  async #review(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    identity: KubeIdentity,
  ): Promise<boolean> {
    const [, apis, group = '', version, plural, ...rest] = path.split('/');
    if (apis !== 'apis' || !isReviewGroup(group) || version !== 'v1' || rest.length > 0) return false;
    if (plural !== reviews[group].plural) return false;
    const body = await readObject(request);
    const attributes = objectAt(body, 'spec', 'resourceAttributes');
    const status =
      group === 'authentication.k8s.io'
        ? { userInfo: { username: identity.user, groups: identity.groups } }
        : {
            allowed: isAllowed(this.#roles, identity, {
              verb: textOf(attributes['verb']),
              resource: textOf(attributes['resource']),
              part: textOf(attributes['subresource']),
              namespace: textOf(attributes['namespace']),
              name: textOf(attributes['name']),
            }),
          };
    sendJson(response, 201, { ...body, status });
    return true;
  }
}

/** Refuses in HTTP before the connection has changed its protocol; afterwards it can only be cut. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal = asKubeError(error);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(refusal.toStatus());
  socket.end(
    `HTTP/1.1 ${refusal.code} ${STATUS_CODES[refusal.code] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function cornerstones(): JsonObject[] {
  const namespace = (name: string) => ({ kind: 'Namespace', metadata: { name } });
  return [
    namespace('default'),
    namespace('kube-system'),
    {
      kind: 'Node',
      metadata: { name: nodeName(), labels: { 'kubernetes.io/os': process.platform } },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        nodeInfo: {
          kubeletVersion: 'v1.32.4',
          operatingSystem: process.platform,
          architecture: process.arch,
        },
      },
    },
  ];
}

const pluralOf: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Node: 'nodes',
  Pod: 'pods',
  ConfigMap: 'configmaps',
  Service: 'services',
  Secret: 'secrets',
};

function seed(store: ObjectStore, object: JsonObject): void {
  const kind = findKind(pluralOf[textOf(object['kind'])] ?? '');
  if (!kind) throw new KubeError('BadRequest', `the cluster cannot start with a ${textOf(object['kind'])}`);
  const namespace = textOf(objectAt(object, 'metadata')['namespace']);
  const draft: Draft = toDraft({ kind, namespace, name: '', part: undefined }, object);
  store.create(kind, draft);
}
