import type { SshCertificate } from '../main/protocol/codec/ssh/certificate.ts';
import {
  type GrantSubject,
  noGrant,
  parseAllowedResources,
} from '../main/protocol/codec/tls/grant-subject.ts';
import { formatResourceId, isInsideKubernetes, parseResourceId } from './access-requests/model.ts';

/** The grant in the extensions of an SSH certificate (login.md 5.1). Throws as `parseAllowedResources`. */
export function grantOfSsh(certificate: SshCertificate): GrantSubject {
  const { extensions } = certificate;
  return {
    ...noGrant,
    activeRequests: activeRequestsOf(extensions.get('teleport-active-requests')),
    allowedResources: parseAllowedResources(extensions.get('teleport-allowed-resources') ?? ''),
    mfaDevice: extensions.get('mfa-verified') ?? '',
  };
}

function activeRequestsOf(text: string | undefined): string[] {
  try {
    const { access_requests: ids } = JSON.parse(text ?? '{}') as { access_requests?: unknown };
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Extensions of an SSH certificate for a grant; empty ones are left out. */
export function grantExtensions(grant: GrantSubject): [string, string][] {
  const extensions: [string, string | undefined][] = [
    ['mfa-verified', grant.mfaDevice],
    ['prev-identity-expires', grant.previousEnd?.toISOString().replace(/\.\d+Z$/, 'Z')],
    [
      'teleport-active-requests',
      grant.activeRequests.length > 0 ? JSON.stringify({ access_requests: grant.activeRequests }) : undefined,
    ],
    [
      'teleport-allowed-resources',
      grant.allowedResources.length > 0 ? JSON.stringify(grant.allowedResources) : undefined,
    ],
  ];
  return extensions.flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
}

/** Whether the grant's list of resources, if it has one, holds this one; objects of a Kubernetes cluster open it. */
export function grantCovers(
  grant: GrantSubject,
  clusterName: string,
  resource: { readonly kind: string; readonly id: string },
): boolean {
  if (grant.allowedResources.length === 0) return true;
  const wanted = formatResourceId({
    clusterName,
    kind: resource.kind,
    name: resource.id,
    subResourceName: '',
  });
  return grant.allowedResources.some((text) => {
    if (text === wanted) return true;
    const id = parseResourceId(text);
    return (
      resource.kind === 'kube_cluster' &&
      id !== undefined &&
      isInsideKubernetes(id.kind) &&
      id.clusterName === clusterName &&
      id.name === resource.id
    );
  });
}
