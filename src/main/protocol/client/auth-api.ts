import { type Client, createClient, type Transport } from '@connectrpc/connect';
import type { ErrorInfo } from '../../../shared/errors/app-error.ts';
import { isAppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { ResourceKind } from '../../../shared/uri/uri.ts';
import { AuthService, type PaginatedResource } from '../codec/gen/auth/authservice_pb.js';
import { ClusterConfigService } from '../codec/gen/clusterconfig/clusterconfig_service_pb.js';
import { TrustService } from '../codec/gen/trust/trust_service_pb.js';
import type { CaKeySet, CertAuthoritySpecV2 } from '../codec/gen/types/types_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import { type ListedResource, toListedResource } from '../codec/listed-resource.ts';
import type { HostAuthority } from '../codec/web/answers.ts';
import { callError } from './auth-connection.ts';
import { TunnelApi } from './tunnel-api.ts';

export interface ListQuery {
  /** Empty = all. */
  readonly kinds: readonly ResourceKind[];
  readonly keywords: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Teleport's predicate language (auth-api.md 6.4); empty = none. */
  readonly predicate: string;
  readonly sort: { readonly field: 'name' | 'kind'; readonly descending: boolean };
  readonly limit: number;
  readonly startKey?: string | undefined;
  /** Also what an access request could open (v16 on). */
  readonly includeRequestable?: boolean | undefined;
  /** Also what a reviewer may look at, to decide about requests. */
  readonly forReview?: boolean | undefined;
}

export interface ListPage {
  readonly items: readonly ListedResource[];
  readonly nextKey: string | undefined;
  readonly problems: readonly { readonly kind: ResourceKind; readonly error: ErrorInfo }[];
}

const unifiedKinds: Record<ResourceKind, readonly string[]> = {
  server: ['node'],
  database: ['db'],
  kubernetes: ['kube_cluster'],
  app: ['app', 'saml_idp_service_provider'],
  desktop: ['windows_desktop'],
};
const singleKinds: Record<ResourceKind, string> = {
  server: 'node',
  database: 'db_server',
  kubernetes: 'kube_cluster',
  app: 'app_server',
  desktop: 'windows_desktop',
};
const allKinds = Object.keys(unifiedKinds) as ResourceKind[];
const smallestLimit = 8;

/** The calls of the auth server that Porthole needs. Every failure is a coded error. */
export class AuthApi {
  /** For calls that have a module of their own. */
  readonly transport: Transport;
  readonly tunnels: TunnelApi;
  readonly #auth: Client<typeof AuthService>;
  readonly #trust: Client<typeof TrustService>;
  readonly #clusterConfig: Client<typeof ClusterConfigService>;
  /** Servers before v14 have one list per kind only. */
  #unified: boolean | undefined;

  constructor(transport: Transport) {
    this.transport = transport;
    this.tunnels = new TunnelApi(transport);
    this.#auth = createClient(AuthService, transport);
    this.#trust = createClient(TrustService, transport);
    this.#clusterConfig = createClient(ClusterConfigService, transport);
  }

  /** Host authorities of this cluster and its leaves (auth-api.md 13); undefined where the service is missing (before v13). */
  async hostAuthorities(signal?: AbortSignal): Promise<readonly HostAuthority[] | undefined> {
    try {
      const answer = await this.#trust.getCertAuthorities({ type: 'host' }, options(signal));
      return answer.certAuthoritiesV2.map(({ spec }) => ({
        clusterName: spec?.clusterName ?? '',
        sshKeys: keySets(spec).flatMap((set) =>
          set.ssh.map((pair) => Buffer.from(pair.publicKey).toString('utf8')),
        ),
        tlsCertificates: keySets(spec).flatMap((set) =>
          set.tls.map((pair) => Buffer.from(pair.cert).toString('utf8')),
        ),
      }));
    } catch (error) {
      const { status, error: coded } = callError(error);
      if (status === grpcCode.unimplemented) return undefined;
      throw coded;
    }
  }

  /** UUID of the cluster (telemetry.md 4.3); undefined where only the HTTP API tells it (before v18). */
  async clusterId(signal?: AbortSignal): Promise<string | undefined> {
    try {
      const answer = await this.#clusterConfig.getClusterName({}, options(signal));
      return answer.spec?.clusterId ?? '';
    } catch (error) {
      const { status, error: coded } = callError(error);
      if (status === grpcCode.unimplemented) return undefined;
      throw coded;
    }
  }

  /** One page of resources (auth-api.md 6). */
  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    if (this.#unified !== false) {
      try {
        const page = await this.#listUnified(query, signal);
        this.#unified = true;
        return page;
      } catch (error) {
        const { status, error: coded } = callError(error);
        if (status === grpcCode.resourceExhausted && query.limit > smallestLimit) {
          return this.list({ ...query, limit: Math.floor(query.limit / 2) }, signal);
        }
        if (status !== grpcCode.unimplemented || this.#unified) throw coded;
        this.#unified = false;
      }
    }
    return this.#listByKind(query, signal);
  }

  async #listUnified(query: ListQuery, signal: AbortSignal | undefined): Promise<ListPage> {
    const answer = await this.#auth.listUnifiedResources(
      {
        ...filters(query),
        kinds: (query.kinds.length > 0 ? query.kinds : allKinds).flatMap((kind) => unifiedKinds[kind]),
        limit: query.limit,
        startKey: query.startKey ?? '',
        sortBy: { isDesc: query.sort.descending, field: query.sort.field },
        includeLogins: true,
        includeRequestable: query.includeRequestable ?? false,
        usePreviewAsRoles: query.forReview ?? false,
      },
      options(signal),
    );
    return { items: toItems(answer.resources), nextKey: answer.nextKey || undefined, problems: [] };
  }

  /** Before v14: kind after kind. The key of a page names the kind that it begins with. */
  async #listByKind(query: ListQuery, signal: AbortSignal | undefined): Promise<ListPage> {
    const kinds = query.kinds.length > 0 ? query.kinds : allKinds;
    const [startKind, ...startRest] = (query.startKey ?? '').split(':');
    let from = Math.max(0, kinds.indexOf(startKind as ResourceKind));
    let startKey = startRest.join(':');
    const items: ListedResource[] = [];
    const problems: { kind: ResourceKind; error: ErrorInfo }[] = [];
    for (; from < kinds.length; from += 1, startKey = '') {
      const kind = kinds[from];
      if (!kind) break;
      if (items.length >= query.limit) return { items, nextKey: `${kind}:`, problems };
      const page = await this.#listOneKind(
        kind,
        { ...query, limit: query.limit - items.length, startKey },
        signal,
      ).catch((error: unknown) => {
        const { error: coded } = callError(error);
        if (
          isAppError(coded, 'session-expired', 'connection-lost', 'timed-out', 'cancelled', 'query-invalid')
        )
          throw coded;
        problems.push({ kind, error: toErrorInfo(coded) });
        return { items: [], nextKey: undefined };
      });
      items.push(...page.items);
      if (page.nextKey !== undefined) return { items, nextKey: `${kind}:${page.nextKey}`, problems };
    }
    return { items, nextKey: undefined, problems };
  }

  async #listOneKind(kind: ResourceKind, query: ListQuery, signal: AbortSignal | undefined) {
    const answer = await this.#auth.listResources(
      {
        ...filters(query),
        resourceType: singleKinds[kind],
        limit: query.limit,
        startKey: query.startKey ?? '',
        sortBy: { isDesc: query.sort.descending, field: kind === 'server' ? 'hostname' : 'name' },
        includeLogins: true,
      },
      options(signal),
    );
    return { items: toItems(answer.resources), nextKey: answer.nextKey || undefined };
  }
}

function filters(query: ListQuery) {
  return {
    labels: query.labels,
    predicateExpression: query.predicate,
    searchKeywords: [...query.keywords],
  };
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {};
}

function keySets(spec: CertAuthoritySpecV2 | undefined): CaKeySet[] {
  return [spec?.activeKeys, spec?.additionalTrustedKeys].filter((set) => set !== undefined);
}

function toItems(resources: readonly PaginatedResource[]): ListedResource[] {
  const seen = new Set<string>();
  return resources
    .map(toListedResource)
    .filter((item) => item !== undefined)
    .filter((item) => {
      // Several agents may serve one resource (auth-api.md 6.2).
      const key = `${item.kind}/${item.id}`;
      return seen.has(key) ? false : Boolean(seen.add(key));
    });
}
