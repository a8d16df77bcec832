import type { RequestedResource, RequestInfo } from '../../shared/contract/access-requests.ts';
import { parseResourceUri, type ResourceKind } from '../../shared/uri/uri.ts';
import type { RequestAccess } from './access.ts';

/** Adds names and labels as they are now. What cannot be seen, or not be asked for, stays as it is. */
export async function withResourcesNow(
  info: RequestInfo,
  access: RequestAccess,
  signal?: AbortSignal,
): Promise<RequestInfo> {
  const byKind = new Map<ResourceKind, Set<string>>();
  for (const { resourceUri } of info.resources) {
    const parts = resourceUri && parseResourceUri(resourceUri);
    if (parts) byKind.set(parts.kind, (byKind.get(parts.kind) ?? new Set()).add(parts.id));
  }
  const found = new Map<string, RequestedResource['now']>();
  for (const [kind, ids] of byKind) {
    const resources = await access.find(info.accountUri, kind, [...ids], signal).catch(() => []);
    for (const { uri, name, address, labels } of resources) found.set(uri, { name, address, labels });
  }
  return {
    ...info,
    resources: info.resources.map((resource) => {
      const now = resource.resourceUri && found.get(resource.resourceUri);
      return now ? { ...resource, now } : resource;
    }),
  };
}
