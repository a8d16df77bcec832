import { create } from '@bufbuild/protobuf';
import {
  type PaginatedResource,
  PaginatedResourceSchema,
} from '../main/protocol/codec/gen/auth/authservice_pb.js';
import { compilePredicate, type PredicateSubject } from './predicate.ts';
import { type Labels, loginsFor, type Role, rolesFor } from './roles.ts';

export type ClusterResourceKind = 'node' | 'db' | 'kube_cluster' | 'app' | 'windows_desktop';

export interface ClusterResource {
  readonly kind: ClusterResourceKind;
  /** UUID of a node, the name of everything else. */
  readonly id: string;
  readonly name: string;
  /** `host:port` of a node, protocol of a database, URI of an app: what the kind shows. */
  readonly address: string;
  readonly labels: Labels;
  readonly description?: string | undefined;
  readonly openssh?: boolean;
  /** Of a database: where it is, as its registration says. */
  readonly uri?: string;
  /** Of an app; absent: its name below the proxy's. */
  readonly publicAddress?: string | undefined;
  /** Of a TCP app with several ports. */
  readonly tcpPorts?: readonly PortRange[] | undefined;
}

export interface PortRange {
  readonly port: number;
  /** Last port of a range; absent: one port only. */
  readonly endPort?: number;
}

export function publicAddressOf(app: ClusterResource): string {
  return app.publicAddress ?? `${app.name}.localhost`;
}

export interface InventoryQuery {
  readonly kinds: readonly string[];
  readonly labels: Labels;
  readonly keywords: readonly string[];
  readonly predicate: string;
  readonly sortBy: 'name' | 'kind';
  readonly descending: boolean;
  readonly limit: number;
  readonly startKey: string;
  /** Resources that only these roles open are listed too, and marked. */
  readonly searchedRoles?: readonly Role[];
  /** Of what the caller's own roles open, the part that the certificate is limited to; absent: all. */
  readonly covers?: (resource: ClusterResource) => boolean;
}

export interface InventoryItem {
  readonly resource: ClusterResource;
  readonly logins: readonly string[];
  readonly requiresRequest: boolean;
}

export interface InventoryPage {
  readonly items: readonly InventoryItem[];
  readonly nextKey: string;
}

class Entry implements PredicateSubject {
  readonly resource: ClusterResource;
  readonly nameKey: string;
  readonly kindKey: string;
  #haystack: string | undefined;

  constructor(resource: ClusterResource) {
    this.resource = resource;
    const name = resource.kind === 'node' ? `${resource.name}/${resource.id}` : resource.name;
    this.nameKey = `${name.toLowerCase()}/${resource.kind}`;
    this.kindKey = `${resource.kind}/${name.toLowerCase()}`;
  }

  get name(): string {
    return this.resource.name;
  }

  get labels(): Labels {
    return this.resource.labels;
  }

  matchesKeywords(keywords: readonly string[]): boolean {
    const { resource } = this;
    this.#haystack ??= [
      resource.name,
      resource.id,
      resource.address,
      resource.description ?? '',
      ...Object.entries(resource.labels).flat(),
    ]
      .join('\n')
      .toLowerCase();
    const haystack = this.#haystack;
    return keywords.every((keyword) => haystack.includes(keyword.toLowerCase()));
  }
}

/** Everything registered with the cluster, in the two orders in which it is listed (auth-api.md 6.1). */
export class Inventory {
  #byName: Entry[] = [];
  #byKind: Entry[] = [];
  #byId = new Map<string, Entry>();
  #isSorted = true;

  add(resources: Iterable<ClusterResource>): void {
    for (const resource of resources) this.#byId.set(`${resource.kind}/${resource.id}`, new Entry(resource));
    this.#isSorted = false;
  }

  remove(kind: ClusterResourceKind, id: string): void {
    this.#byId.delete(`${kind}/${id}`);
    this.#isSorted = false;
  }

  findNode(id: string): ClusterResource | undefined {
    return this.find('node', id);
  }

  find(kind: ClusterResourceKind, id: string): ClusterResource | undefined {
    return this.#byId.get(`${kind}/${id}`)?.resource;
  }

  all(kind: ClusterResourceKind): ClusterResource[] {
    return [...this.#byId.values()].map((entry) => entry.resource).filter((one) => one.kind === kind);
  }

  nodesNamed(name: string): ClusterResource[] {
    return this.all('node').filter((resource) => resource.name === name);
  }

  /** The page that begins at `startKey`, of what these roles may see. A foreign key gives an empty page. */
  list(query: InventoryQuery, roles: readonly Role[]): InventoryPage {
    const order = this.#ordered(query.sortBy);
    const key = (entry: Entry) => (query.sortBy === 'name' ? entry.nameKey : entry.kindKey);
    const predicate = query.predicate === '' ? undefined : compilePredicate(query.predicate);
    const items: InventoryItem[] = [];
    const step = query.descending ? -1 : 1;
    let at =
      query.startKey === '' ? (query.descending ? order.length - 1 : 0) : indexOf(order, key, query.startKey);
    for (; at >= 0 && at < order.length; at += step) {
      const entry = order[at];
      if (!entry || (query.kinds.length > 0 && !query.kinds.includes(entry.resource.kind))) continue;
      const item = itemFor(entry.resource, query, roles);
      if (!item || !matchesLabels(entry.labels, query.labels)) continue;
      if (query.keywords.length > 0 && !entry.matchesKeywords(query.keywords)) continue;
      if (predicate && !predicate(entry)) continue;
      if (items.length === query.limit) return { items, nextKey: key(entry) };
      items.push(item);
    }
    return { items, nextKey: '' };
  }

  #ordered(by: 'name' | 'kind'): readonly Entry[] {
    if (!this.#isSorted) {
      const entries = [...this.#byId.values()];
      this.#byName = [...entries].sort((a, b) => (a.nameKey < b.nameKey ? -1 : 1));
      this.#byKind = entries.sort((a, b) => (a.kindKey < b.kindKey ? -1 : 1));
      this.#isSorted = true;
    }
    return by === 'name' ? this.#byName : this.#byKind;
  }
}

/** Binary search for the entry that the key names; -1 when it is not there. */
function indexOf(order: readonly Entry[], key: (entry: Entry) => string, wanted: string): number {
  let low = 0;
  let high = order.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = order[middle];
    if (!entry) return -1;
    const value = key(entry);
    if (value === wanted) return middle;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The resource as these roles show it; undefined when it is out of sight. */
function itemFor(
  resource: ClusterResource,
  query: InventoryQuery,
  roles: readonly Role[],
): InventoryItem | undefined {
  if (isVisible(resource, roles) && (query.covers?.(resource) ?? true))
    return { resource, logins: loginsOn(resource, roles), requiresRequest: false };
  const searched = query.searchedRoles ?? [];
  if (!isVisible(resource, searched)) return undefined;
  return { resource, logins: loginsOn(resource, searched), requiresRequest: true };
}

function loginsOn(resource: ClusterResource, roles: readonly Role[]): readonly string[] {
  return resource.kind === 'node' ? loginsFor(roles, resource.labels) : [];
}

function isVisible(resource: ClusterResource, roles: readonly Role[]): boolean {
  if (resource.kind === 'node') return loginsOn(resource, roles).length > 0;
  return rolesFor(roles, resource.kind, resource.labels).length > 0;
}

function matchesLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => value === '*' || labels[name] === value);
}

/** The message in which one resource is listed (auth-api.md 6.5). */
export function toPaginatedResource(resource: ClusterResource, logins: readonly string[]): PaginatedResource {
  const metadata = {
    name: resource.id,
    namespace: 'default',
    labels: { ...resource.labels },
    description: resource.description ?? '',
  };
  const envelope = { version: 'v3', metadata };
  switch (resource.kind) {
    case 'node':
      return create(PaginatedResourceSchema, {
        resource: {
          case: 'node',
          value: {
            kind: 'node',
            version: 'v2',
            subKind: resource.openssh ? 'openssh' : '',
            metadata,
            spec: { hostname: resource.name, addr: resource.address },
          },
        },
        logins: [...logins],
      });
    case 'db':
      return create(PaginatedResourceSchema, {
        resource: {
          case: 'databaseServer',
          value: {
            ...envelope,
            kind: 'db_server',
            spec: {
              database: {
                ...envelope,
                kind: 'db',
                spec: { protocol: resource.address, uri: resource.uri ?? '' },
              },
            },
          },
        },
      });
    case 'kube_cluster':
      return create(PaginatedResourceSchema, {
        resource: {
          case: 'kubernetesServer',
          value: {
            ...envelope,
            kind: 'kube_server',
            spec: { cluster: { ...envelope, kind: 'kube_cluster' } },
          },
        },
      });
    case 'app':
      return create(PaginatedResourceSchema, {
        resource: {
          case: 'appServer',
          value: {
            ...envelope,
            kind: 'app_server',
            spec: {
              app: {
                ...envelope,
                kind: 'app',
                spec: {
                  uri: resource.address,
                  publicAddr: publicAddressOf(resource),
                  tcpPorts: (resource.tcpPorts ?? []).map(({ port, endPort = 0 }) => ({ port, endPort })),
                },
              },
            },
          },
        },
      });
    case 'windows_desktop':
      return create(PaginatedResourceSchema, {
        resource: {
          case: 'windowsDesktop',
          value: { header: { kind: resource.kind, metadata }, spec: { addr: resource.address } },
        },
      });
  }
}
