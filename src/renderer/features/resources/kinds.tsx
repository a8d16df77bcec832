import { AppWindow, Boxes, Database, Monitor, Server } from 'lucide-react';
import type { Resource } from '../../../shared/contract/resources.ts';
import type { ResourceKind } from '../../../shared/uri/uri.ts';

export const kindLabels: Record<ResourceKind, { one: string; many: string }> = {
  server: { one: 'Server', many: 'Servers' },
  database: { one: 'Database', many: 'Databases' },
  kubernetes: { one: 'Kubernetes cluster', many: 'Kubernetes' },
  app: { one: 'Application', many: 'Apps' },
  desktop: { one: 'Desktop', many: 'Desktops' },
};

const icons = { server: Server, database: Database, kubernetes: Boxes, app: AppWindow, desktop: Monitor };

export function KindIcon({ kind }: { kind: ResourceKind }) {
  const Icon = icons[kind];
  return <Icon size={16} strokeWidth={1.75} aria-label={kindLabels[kind].one} className="kind-icon" />;
}

/** What distinguishes a resource at a glance. */
export function addressText(resource: Resource): string {
  const parts = [
    resource.viaTunnel ? 'through a tunnel' : resource.address,
    resource.subKind === 'openssh' ? 'OpenSSH' : '',
  ];
  return parts.filter(Boolean).join(' · ') || kindLabels[resource.kind].one;
}
