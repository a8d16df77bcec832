import type { ClusterResource } from './inventory.ts';
import { KubeApi, type KubeBackend } from './kube/kube-api.ts';
import { readKubeconfig } from './kube/kubeconfig.ts';
import type { JsonObject } from './kube/objects.ts';
import type { GroupRoles } from './kube/rbac.ts';
import { UpstreamApi } from './kube/upstream-api.ts';
import type { Labels } from './roles.ts';

/** A Kubernetes cluster behind the proxy: one of the embedded cluster's own, or a context of a kubeconfig. */
export interface KubernetesOptions {
  readonly name: string;
  readonly labels: Labels;
  readonly api:
    | {
        readonly kind: 'embedded';
        readonly objects?: readonly JsonObject[];
        readonly groupRoles?: GroupRoles;
      }
    | {
        readonly kind: 'kubeconfig';
        readonly path: string;
        /** Absent: the current one. */
        readonly context?: string;
        /** False when the kubeconfig's user may not impersonate; then all act as that user. */
        readonly impersonates?: boolean;
      };
}

/** The API of each cluster by its name. Throws `kubeconfig-unusable`, and then nothing runs. */
export function createKubeBackends(
  clusters: readonly KubernetesOptions[],
  now: () => Date,
): ReadonlyMap<string, KubeBackend> {
  const backends = new Map<string, KubeBackend>();
  try {
    for (const cluster of clusters) backends.set(cluster.name, createKubeBackend(cluster, now));
    return backends;
  } catch (error) {
    for (const backend of backends.values()) backend.stop();
    throw error;
  }
}

function createKubeBackend({ api }: KubernetesOptions, now: () => Date): KubeBackend {
  if (api.kind === 'embedded') return new KubeApi({ ...api, now });
  return new UpstreamApi(readKubeconfig(api.path, api.context), { impersonates: api.impersonates ?? true });
}

export function toKubeResource({ name, labels }: KubernetesOptions): ClusterResource {
  return { kind: 'kube_cluster', id: name, name, address: '', labels };
}
