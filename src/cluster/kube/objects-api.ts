import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppliedConfigurations } from './apply.ts';
import { isObject, type Json, type JsonObject, type KubeObject, textOf } from './objects.ts';
import { jsonPatch, mergePatch, strategicMerge } from './patches.ts';
import { contentType, parseBody, readBody, readObject } from './request-body.ts';
import { type RequestInfo, verbOf } from './request-info.ts';
import { parseSelectors } from './selectors.ts';
import { KubeError, notFound, sendJson } from './status.ts';
import type { Draft, ObjectStore } from './store.ts';
import { type IncludeObject, toTable } from './tables.ts';
import { checkPodUpdate, toDraft, unknownFields } from './validation.ts';
import { findKind } from './kinds.ts';
import { serveWatch } from './watches.ts';

const protectedNamespaces = ['default', 'kube-system'];

/** Objects over HTTP: get, list, watch, create, update, patch, delete. */
export class ObjectsApi {
  readonly #store: ObjectStore;
  readonly #now: () => Date;
  readonly #applied = new AppliedConfigurations();

  constructor(store: ObjectStore, now: () => Date) {
    this.#store = store;
    this.#now = now;
  }

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<void> {
    switch (verbOf(request.method, info, query)) {
      case 'get':
        this.#send(request, response, info, query, this.#get(info));
        return;
      case 'list':
        this.#list(request, response, info, query);
        return;
      case 'watch':
        this.#watch(request, response, info, query);
        return;
      case 'create':
        this.#send(request, response, info, query, await this.#create(request, response, info, query), 201);
        return;
      case 'update':
        this.#send(request, response, info, query, await this.#update(request, response, info, query));
        return;
      case 'patch': {
        const { object, isNew } = await this.#patch(request, response, info, query);
        this.#send(request, response, info, query, object, isNew ? 201 : 200);
        return;
      }
      case 'delete':
        sendJson(response, 200, this.#delete(info, query));
        return;
      case 'deletecollection':
        sendJson(response, 200, this.#deleteAll(info, query));
        return;
      default:
        throw new KubeError(
          'MethodNotAllowed',
          'the server does not allow this method on the requested resource',
        );
    }
  }

  #get({ kind, namespace, name }: RequestInfo): KubeObject {
    return this.#store.get(kind, namespace, name);
  }

  #list(request: IncomingMessage, response: ServerResponse, info: RequestInfo, query: URLSearchParams): void {
    const { kind, namespace } = info;
    const items = this.#store
      .list(kind, namespace === '' ? undefined : namespace)
      .filter(parseSelectors(query));
    const resourceVersion = String(this.#store.version);
    const table = this.#tableOf(request, info, query, items, true);
    sendJson(
      response,
      200,
      table
        ? { ...table, metadata: { resourceVersion } }
        : { kind: `${kind.kind}List`, apiVersion: 'v1', metadata: { resourceVersion }, items },
    );
  }

  #watch(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
  ): void {
    serveWatch(this.#store, request, response, {
      ...info,
      filter: parseSelectors(query),
      query,
      show: (object, isFirst) => this.#tableOf(request, info, query, [object], isFirst) ?? object,
    });
  }

  async #create(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<KubeObject> {
    const body = await readObject(request);
    checkFields(response, info, query, body);
    return this.#insert(info, toDraft(info, body), query);
  }

  #insert(info: RequestInfo, draft: Draft, query: URLSearchParams): KubeObject {
    const namespaces = findKind('namespaces');
    if (info.kind.isNamespaced && namespaces && !this.#store.find(namespaces, '', info.namespace))
      throw notFound('namespaces', info.namespace);
    return isDryRun(query) ? asIfStored(draft) : this.#store.create(info.kind, draft);
  }

  async #update(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<KubeObject> {
    const body = await readObject(request);
    checkFields(response, info, query, body);
    return this.#replace(info, this.#get(info), body, query);
  }

  #replace(info: RequestInfo, before: KubeObject, body: JsonObject, query: URLSearchParams): KubeObject {
    const draft = toDraft(info, body);
    if (info.kind.plural === 'pods') checkPodUpdate(before, draft);
    return isDryRun(query) ? asIfStored(draft) : this.#store.update(info.kind, draft);
  }

  async #patch(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<{ object: KubeObject; isNew: boolean }> {
    const type = contentType(request);
    const patch = parseBody(await readBody(request), type);
    if (type.startsWith('application/apply-patch')) return this.#apply(response, info, query, patch);
    const before = this.#get(info);
    const body = patched(type, before, patch);
    if (!isObject(body)) throw new KubeError('BadRequest', 'the patched object is no object');
    checkFields(response, info, query, body);
    return { object: this.#replace(info, before, body, query), isNew: false };
  }

  #apply(
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
    applied: Json,
  ): { object: KubeObject; isNew: boolean } {
    const manager = query.get('fieldManager') ?? '';
    if (manager === '' || !isObject(applied))
      throw new KubeError('BadRequest', 'an apply patch needs an object and fieldManager');
    checkFields(response, info, query, applied);
    const before = this.#store.find(info.kind, info.namespace, info.name);
    const merged = this.#applied.merge(before, applied, manager, query.get('force') === 'true');
    const object = before
      ? this.#replace(info, before, merged, query)
      : this.#insert(info, toDraft(info, merged), query);
    if (!isDryRun(query)) this.#applied.remember(object.metadata.uid, manager, applied);
    return { object, isNew: before === undefined };
  }

  #delete(info: RequestInfo, query: URLSearchParams): JsonObject {
    const { kind, namespace, name } = info;
    const object = this.#get(info);
    if (kind.plural === 'namespaces' && protectedNamespaces.includes(name))
      throw new KubeError(
        'Forbidden',
        `namespaces "${name}" is forbidden: this namespace may not be deleted`,
      );
    if (!isDryRun(query)) {
      if (kind.plural === 'namespaces') this.#empty(name);
      this.#store.remove(kind, namespace, name);
      this.#applied.forget(object.metadata.uid);
    }
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, kind: kind.plural, uid: object.metadata.uid },
    };
  }

  #empty(namespace: string): void {
    for (const plural of ['pods', 'services', 'configmaps', 'secrets', 'serviceaccounts']) {
      const kind = findKind(plural);
      if (!kind) continue;
      for (const { metadata } of this.#store.list(kind, namespace)) {
        this.#store.remove(kind, namespace, metadata.name);
        this.#applied.forget(metadata.uid);
      }
    }
  }

  #deleteAll(info: RequestInfo, query: URLSearchParams): JsonObject {
    const { kind, namespace } = info;
    const items = this.#store
      .list(kind, namespace === '' ? undefined : namespace)
      .filter(parseSelectors(query));
    for (const { metadata } of items)
      this.#delete({ ...info, namespace: metadata.namespace ?? '', name: metadata.name }, query);
    return { kind: `${kind.kind}List`, apiVersion: 'v1', metadata: {}, items };
  }

  #send(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
    object: KubeObject,
    code = 200,
  ): void {
    sendJson(response, code, this.#tableOf(request, info, query, [object], true) ?? object);
  }

  #tableOf(
    request: IncomingMessage,
    info: RequestInfo,
    query: URLSearchParams,
    objects: readonly KubeObject[],
    withColumns: boolean,
  ): JsonObject | undefined {
    const first = (request.headers.accept ?? '').split(',')[0] ?? '';
    if (!/;\s*as=Table\b/.test(first)) return undefined;
    const include = query.get('includeObject') ?? 'Metadata';
    return toTable(info.kind, objects, {
      include: (['None', 'Object'].includes(include) ? include : 'Metadata') as IncludeObject,
      now: this.#now(),
      withColumns,
    });
  }
}

function patched(type: string, before: KubeObject, patch: Json): Json {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatch(before, patch);
    case 'application/merge-patch+json':
      return mergePatch(before, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMerge(before, patch);
    default:
      throw new KubeError(
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - ${type}`,
      );
  }
}

function checkFields(
  response: ServerResponse,
  info: RequestInfo,
  query: URLSearchParams,
  body: JsonObject,
): void {
  const unknown = unknownFields(info.kind, body);
  if (unknown.length === 0) return;
  if (query.get('fieldValidation') === 'Strict')
    throw new KubeError(
      'BadRequest',
      `${textOf(body['kind'], info.kind.kind)} in version "v1" cannot be handled as a ${info.kind.kind}: strict decoding error: ${unknown.join(', ')}`,
    );
  if (query.get('fieldValidation') === 'Warn')
    for (const text of unknown) response.appendHeader('warning', `299 - ${JSON.stringify(text)}`);
}

function isDryRun(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}

function asIfStored(draft: Draft): KubeObject {
  const given = { uid: randomUUID(), resourceVersion: '', creationTimestamp: new Date().toISOString() };
  return { ...draft, metadata: { ...given, ...draft.metadata } } as unknown as KubeObject;
}
