import { z } from 'zod';

// One name for everything that crosses a boundary. Grammar (segments percent-encoded):
//   cluster   /clusters/<host:port>
//   account   <cluster>/users/<user>
//   resource  <account>/<collection>/<id>
//   request   <account>/requests/<id>

declare const tag: unique symbol;
type Branded<Name extends string> = string & { readonly [tag]: Name };

export type ClusterUri = Branded<'ClusterUri'>;
export type AccountUri = Branded<'AccountUri'>;
export type ResourceUri = Branded<'ResourceUri'>;
export type RequestUri = Branded<'RequestUri'>;

export const resourceCollections = {
  server: 'servers',
  database: 'databases',
  kubernetes: 'kubernetes',
  app: 'apps',
  desktop: 'desktops',
} as const;

export type ResourceKind = keyof typeof resourceCollections;
export const resourceKinds = Object.keys(resourceCollections) as ResourceKind[];

export interface ClusterParts {
  /** `host:port` of the web proxy, IPv6 in brackets. */
  readonly address: string;
}
export interface AccountParts extends ClusterParts {
  readonly userName: string;
}
export interface ResourceParts extends AccountParts {
  readonly kind: ResourceKind;
  readonly id: string;
}

export interface RequestParts extends AccountParts {
  readonly id: string;
}

const maxUriLength = 2_000;

export function formatClusterUri(parts: ClusterParts): ClusterUri {
  return `/clusters/${encode(parts.address)}` as ClusterUri;
}

export function formatAccountUri(parts: AccountParts): AccountUri {
  return `${formatClusterUri(parts)}/users/${encode(parts.userName)}` as AccountUri;
}

export function formatResourceUri(parts: ResourceParts): ResourceUri {
  return `${formatAccountUri(parts)}/${resourceCollections[parts.kind]}/${encode(parts.id)}` as ResourceUri;
}

export function formatRequestUri(parts: RequestParts): RequestUri {
  return `${formatAccountUri(parts)}/requests/${encode(parts.id)}` as RequestUri;
}

export function parseClusterUri(text: string): ClusterParts | undefined {
  const parts = split(text, 2);
  return parts?.[0] === 'clusters' && parts[1] ? { address: parts[1] } : undefined;
}

export function parseAccountUri(text: string): AccountParts | undefined {
  const parts = split(text, 4);
  if (parts?.[0] !== 'clusters' || parts[2] !== 'users' || !parts[1] || !parts[3]) return undefined;
  return { address: parts[1], userName: parts[3] };
}

export function parseResourceUri(text: string): ResourceParts | undefined {
  const parts = split(text, 6);
  if (parts?.[0] !== 'clusters' || parts[2] !== 'users') return undefined;
  const kind = resourceKinds.find((k) => resourceCollections[k] === parts[4]);
  if (!kind || !parts[1] || !parts[3] || !parts[5]) return undefined;
  return { address: parts[1], userName: parts[3], kind, id: parts[5] };
}

export function parseRequestUri(text: string): RequestParts | undefined {
  const parts = split(text, 6);
  if (parts?.[0] !== 'clusters' || parts[2] !== 'users' || parts[4] !== 'requests') return undefined;
  if (!parts[1] || !parts[3] || !parts[5]) return undefined;
  return { address: parts[1], userName: parts[3], id: parts[5] };
}

/** The cluster of an account, a resource or a request. */
export function clusterOf(uri: AccountUri | ResourceUri | RequestUri): ClusterUri {
  return uri.split('/').slice(0, 3).join('/') as ClusterUri;
}

/** The account of a resource or a request. */
export function accountOf(uri: ResourceUri | RequestUri): AccountUri {
  return uri.split('/').slice(0, 5).join('/') as AccountUri;
}

/** Only the canonical spelling is accepted, so that equal things have equal names. */
function split(text: string, count: number): string[] | undefined {
  if (text.length > maxUriLength) return undefined;
  const raw = text.split('/');
  if (raw.length !== count + 1 || raw[0] !== '') return undefined;
  const parts: string[] = [];
  for (const segment of raw.slice(1)) {
    const value = decode(segment);
    if (value === undefined || encode(value) !== segment) return undefined;
    parts.push(value);
  }
  return parts;
}

function encode(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll('.', '%2E').replaceAll('%3A', ':');
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

const uriText = z.string().max(maxUriLength);
export const ClusterUri = uriText.refine(
  (t): t is ClusterUri => parseClusterUri(t) !== undefined,
  'not a cluster URI',
);
export const AccountUri = uriText.refine(
  (t): t is AccountUri => parseAccountUri(t) !== undefined,
  'not an account URI',
);
export const ResourceUri = uriText.refine(
  (t): t is ResourceUri => parseResourceUri(t) !== undefined,
  'not a resource URI',
);
export const RequestUri = uriText.refine(
  (t): t is RequestUri => parseRequestUri(t) !== undefined,
  'not a request URI',
);
