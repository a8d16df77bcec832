import type { Resource } from '../../../shared/contract/resources.ts';
import type { PaginatedResource } from './gen/auth/authservice_pb.js';
import type {
  AppServerV3,
  CommandLabel,
  KubernetesClusterV3,
  Metadata,
  ServerV2,
} from './gen/types/types_pb.js';

/** A resource as the cluster tells it; the app adds its own name and memory. */
export type ListedResource = Omit<Resource, 'uri' | 'lastLogin'>;

const hiddenPrefixes = ['teleport.internal/', 'teleport.hidden/'];
type DynamicLabels = Readonly<Record<string, CommandLabel>>;

/** Undefined for kinds that are not for display. */
export function toListedResource(entry: PaginatedResource): ListedResource | undefined {
  const base = describe(entry);
  if (!base || base.id === '') return undefined;
  return {
    description: '',
    address: '',
    subKind: '',
    viaTunnel: false,
    ...base,
    requiresRequest: entry.requiresRequest,
    logins: base.kind === 'server' ? [...entry.logins].sort() : [],
  };
}

type Described = Pick<ListedResource, 'kind' | 'id' | 'name' | 'labels'> & Partial<ListedResource>;

function describe(entry: PaginatedResource): Described | undefined {
  const { resource } = entry;
  switch (resource.case) {
    case 'node':
      return describeServer(resource.value);
    case 'databaseServer': {
      const database = resource.value.spec?.database;
      const metadata = database?.metadata ?? resource.value.metadata;
      return {
        ...common('database', metadata, database?.spec?.dynamicLabels),
        address: database?.spec?.protocol ?? '',
      };
    }
    case 'kubernetesServer':
      return describeKubernetes(resource.value.spec?.cluster);
    case 'kubeCluster':
      return describeKubernetes(resource.value);
    case 'appServer':
      return describeApp(resource.value);
    case 'appServerOrSaml':
      if (resource.value.resource.case === 'appServer') return describeApp(resource.value.resource.value);
      return common('app', resource.value.resource.value?.header?.metadata, {});
    case 'samlIdpServiceProvider':
      return common('app', resource.value.header?.metadata, {});
    case 'windowsDesktop':
      return {
        ...common('desktop', resource.value.header?.metadata, {}),
        address: resource.value.spec?.addr ?? '',
      };
    default:
      return undefined;
  }
}

function describeServer(server: ServerV2): Described {
  const described = common('server', server.metadata, server.spec?.cmdLabels);
  return {
    ...described,
    name: server.spec?.hostname || described.id,
    address: server.spec?.useTunnel ? '' : (server.spec?.addr ?? ''),
    subKind: server.subKind.startsWith('openssh') ? 'openssh' : '',
    viaTunnel: server.spec?.useTunnel ?? false,
  };
}

function describeKubernetes(cluster: KubernetesClusterV3 | undefined): Described {
  return common('kubernetes', cluster?.metadata, cluster?.spec?.dynamicLabels);
}

function describeApp(server: AppServerV3): Described {
  const app = server.spec?.app;
  return {
    ...common('app', app?.metadata ?? server.metadata, app?.spec?.dynamicLabels),
    address: app?.spec?.publicAddr || (app?.spec?.uri ?? ''),
  };
}

function common(
  kind: ListedResource['kind'],
  metadata: Metadata | undefined,
  dynamic: DynamicLabels | undefined,
) {
  const name = metadata?.name ?? '';
  const values = new Map(Object.entries(metadata?.labels ?? {}));
  for (const [label, command] of Object.entries(dynamic ?? {})) values.set(label, command.result);
  return {
    kind,
    id: name,
    name,
    description: metadata?.description ?? '',
    labels: [...values]
      .filter(([label]) => !hiddenPrefixes.some((prefix) => label.startsWith(prefix)))
      .map(([label, value]) => ({ name: label, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
