import { findKind, type PodStream, podStreams, type ResourceKind } from './kinds.ts';

/** Which object or collection a path of the API names. */
export interface RequestInfo {
  readonly kind: ResourceKind;
  /** Empty: all namespaces, or a kind without them. */
  readonly namespace: string;
  /** Empty: the collection. */
  readonly name: string;
  readonly part: PodStream | 'status' | undefined;
}

/** Reads `/api/v1/…`; undefined when nothing is served there. */
export function parseRequestPath(path: string): RequestInfo | undefined {
  let parts: string[];
  try {
    parts = path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [, api, version, ...rest] = parts;
  if (api !== 'api' || version !== 'v1' || rest.some((part) => part === '' || part.includes('/')))
    return undefined;
  if (rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status') {
    const [, namespace = '', plural = '', name = '', part, ...more] = rest;
    const kind = findKind(plural);
    return kind?.isNamespaced && more.length === 0 ? finish(kind, namespace, name, part) : undefined;
  }
  const [plural = '', name = '', part, ...more] = rest;
  const kind = findKind(plural);
  if (!kind || more.length > 0 || (kind.isNamespaced && name !== '')) return undefined;
  return finish(kind, '', name, part);
}

/** The verb of a request, as access rules name it; undefined for a method that nothing answers. */
export function verbOf(
  method: string | undefined,
  { kind, name }: RequestInfo,
  query: URLSearchParams,
): string | undefined {
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  const verb = {
    GET: isWatch ? 'watch' : name === '' ? 'list' : 'get',
    POST: name === '' ? 'create' : undefined,
    PUT: name === '' ? undefined : 'update',
    PATCH: name === '' ? undefined : 'patch',
    DELETE: name === '' ? 'deletecollection' : 'delete',
  }[method ?? ''];
  return verb !== undefined && kind.verbs.includes(verb) ? verb : undefined;
}

function finish(
  kind: ResourceKind,
  namespace: string,
  name: string,
  part: string | undefined,
): RequestInfo | undefined {
  if (part === undefined || part === 'status') return { kind, namespace, name, part };
  const stream = podStreams.find((known) => known === part);
  return stream && kind.plural === 'pods' ? { kind, namespace, name, part: stream } : undefined;
}
