import type { RequestedResource, RequestInfo } from '../../shared/contract/access-requests.ts';
import type { CartItem } from '../../shared/contract/request-cart.ts';
import { clusterOf, parseRequestUri, type RequestUri } from '../../shared/uri/uri.ts';

/** The same request, seen by whichever accounts. */
export function isSameRequest(a: RequestUri, b: RequestUri): boolean {
  return clusterOf(a) === clusterOf(b) && parseRequestUri(a)?.id === parseRequestUri(b)?.id;
}

/** What was asked for, one name each. */
export function namesOf(request: Pick<RequestInfo, 'kind' | 'roles' | 'resources'>): string[] {
  return request.kind === 'roles' ? [...request.roles] : request.resources.map(resourceName);
}

const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;

/** A server that was not looked up has a long number in place of its name: its beginning is enough to tell it apart. */
export function withShortIds(text: string): string {
  return text.replace(uuid, (id) => `server ${id.slice(0, 8)}`);
}

/** The name of a resource now, else what it was asked for as. */
export function resourceName(resource: RequestedResource): string {
  const cluster = resource.now?.name ?? withShortIds(resource.id);
  return resource.subResource === '' ? cluster : `${cluster}/${resource.subResource}`;
}

/** What was asked for, in one line. */
export function summaryOf(request: Pick<RequestInfo, 'kind' | 'roles' | 'resources'>): string {
  const names = namesOf(request);
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** Who asks for what: the name of its row. */
export function titleOf(request: RequestInfo): string {
  return `${request.requester} asks for ${summaryOf(request)}`;
}

export interface RequestLook {
  readonly word: string;
  readonly colour: 'good' | 'warn' | 'bad' | 'text-3';
  readonly shape: 'round' | 'ring' | 'square';
}

/** Its state as a word and a glyph. */
export function requestLook(request: RequestInfo): RequestLook {
  if (request.isAssumed) return { word: 'assumed', colour: 'good', shape: 'round' };
  switch (request.state) {
    case 'pending': {
      const { given, needed } = request.approvals;
      const word = needed > 1 || given > 0 ? `${given} of ${needed} approvals` : 'waiting';
      return { word, colour: 'warn', shape: 'ring' };
    }
    case 'approved':
      return {
        word: request.assumable.kind === 'later' ? 'approved for later' : 'approved',
        colour: 'good',
        shape: 'round',
      };
    case 'denied':
      return { word: 'denied', colour: 'bad', shape: 'square' };
    case 'promoted':
      return { word: 'promoted', colour: 'text-3', shape: 'round' };
  }
}

const kindWords: Readonly<Record<string, readonly [string, string]>> = {
  node: ['server', 'servers'],
  db: ['database', 'databases'],
  kube_cluster: ['Kubernetes cluster', 'Kubernetes clusters'],
  app: ['app', 'apps'],
  windows_desktop: ['desktop', 'desktops'],
  namespace: ['namespace', 'namespaces'],
};

/** A kind of the wire in words. */
export function kindWord(kind: string, count = 1): string {
  return kindWords[kind]?.[count === 1 ? 0 : 1] ?? kind;
}

export function cartItemName(item: CartItem): string {
  if (item.kind === 'role') return item.role;
  return item.inside ? `${item.name}/${item.inside.name}` : item.name;
}

/** Equal for the same thing. */
export function cartKey(item: CartItem): string {
  return item.kind === 'role'
    ? `role ${item.role}`
    : `${item.resourceUri} ${item.inside?.kind ?? ''} ${item.inside?.name ?? ''}`;
}

/** `2 servers`, or `1 of 2 approvals`-like counts: a number with its word. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
