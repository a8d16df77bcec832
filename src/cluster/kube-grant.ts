import type { GrantSubject } from '../main/protocol/codec/tls/grant-subject.ts';
import { matchesPattern } from '../main/protocol/codec/role-pattern.ts';
import { isInsideKubernetes, parseResourceId, type ResourceId } from './access-requests/model.ts';

const plurals: Readonly<Record<string, string>> = {
  kube_node: 'nodes',
  kube_role: 'roles',
  ingress: 'ingresses',
};
const reviews = /^\/apis\/authorization\.k8s\.io\/[\w-]+\/selfsubject\w+$/;

/**
 * Whether a request to a Kubernetes cluster stays within the objects that the certificate is limited to
 * (auth-api.md 11.6). A namespace stands for all in it; an object for itself, not for lists in which it appears.
 */
export function grantCoversKube(
  grant: GrantSubject,
  clusterName: string,
  kubeCluster: string,
  url: string,
): boolean {
  const ids = grant.allowedResources
    .map(parseResourceId)
    .filter((id) => id?.clusterName === clusterName && id.name === kubeCluster);
  if (grant.allowedResources.length === 0 || ids.some((id) => id?.kind === 'kube_cluster')) return true;
  const [raw = ''] = url.split('?');
  // What is not read the same way everywhere is not judged but refused.
  if (new URL(raw, 'http://kube').pathname !== raw || raw.includes('%')) return false;
  const path = raw.replace(/\/+$/, '');
  const object = objectOf(path);
  if (object === 'none') return true;
  if (object === undefined) return false;
  return ids.some((id) => id !== undefined && isInsideKubernetes(id.kind) && covers(id, object));
}

interface KubeObject {
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
}

/** `none` for paths that name no object, such as the version; undefined for what cannot be judged. */
function objectOf(path: string): KubeObject | 'none' | undefined {
  if (reviews.test(path)) return 'none';
  const parts = path.split('/').slice(1);
  const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : undefined;
  if (rest === undefined)
    return /^\/(version|healthz|livez|readyz|openapi(\/.*)?)?$/.test(path) ? 'none' : undefined;
  if (rest.includes('')) return undefined;
  const [first = '', namespace = '', plural = '', name = ''] = rest;
  if (first === '') return 'none';
  if (first !== 'namespaces') return { namespace: '', plural: first, name: namespace };
  if (rest.length < 3 || plural === 'status' || plural === 'finalize')
    return { namespace: '', plural: 'namespaces', name: namespace };
  return { namespace, plural, name };
}

function covers(id: ResourceId, object: KubeObject): boolean {
  const [namespace = '', name = ''] = id.subResourceName.split('/');
  if (id.kind === 'namespace') {
    const wanted = object.plural === 'namespaces' ? object.name : object.namespace;
    return wanted !== '' && matchesPattern(namespace, wanted);
  }
  if (object.plural !== (plurals[id.kind] ?? `${id.kind}s`) || object.name === '') return false;
  // Kinds without a namespace carry only their name.
  if (name === '') return object.namespace === '' && matchesPattern(namespace, object.name);
  return (
    object.namespace !== '' &&
    matchesPattern(namespace, object.namespace) &&
    matchesPattern(name, object.name)
  );
}
