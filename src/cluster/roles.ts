import type { RequestRules } from './access-requests/conditions.ts';

/** Label name to allowed values; `*` stands for every name or value. Empty = nothing of the kind. */
export type LabelRule = Readonly<Record<string, readonly string[]>>;

/** What holders of a role may do. Deny rules are left out: nothing here needs them. */
export interface Role extends RequestRules {
  readonly name: string;
  readonly logins: readonly string[];
  readonly serverLabels: LabelRule;
  /** Absent: as the servers' labels. The same for the labels of the other kinds. */
  readonly databaseLabels?: LabelRule;
  /** `*` allows any; absent allows none. */
  readonly databaseUsers?: readonly string[];
  readonly databaseNames?: readonly string[];
  readonly appLabels?: LabelRule;
  readonly kubernetesLabels?: LabelRule;
  readonly kubernetesUsers?: readonly string[];
  readonly kubernetesGroups?: readonly string[];
  /** Every session needs a second factor of its own. */
  readonly requireSessionMfa?: boolean;
  readonly maxSessionTtlMs?: number;
  /** False forbids copying files of servers; one role is enough. */
  readonly sshFileCopy?: boolean;
}

export type Labels = Readonly<Record<string, string>>;

/** Kinds of resources whose labels a role limits on their own. */
export type LabelledKind = 'node' | 'db' | 'app' | 'kube_cluster' | 'windows_desktop';

export function labelRuleOf(role: Role, kind: LabelledKind): LabelRule {
  if (kind === 'db') return role.databaseLabels ?? role.serverLabels;
  if (kind === 'app') return role.appLabels ?? role.serverLabels;
  if (kind === 'kube_cluster') return role.kubernetesLabels ?? role.serverLabels;
  return role.serverLabels;
}

/** The roles that let their holders reach a resource of this kind with these labels. */
export function rolesFor(roles: readonly Role[], kind: LabelledKind, labels: Labels): Role[] {
  return roles.filter((role) => ruleMatches(labelRuleOf(role, kind), labels));
}

export function roleMatches(role: Role, labels: Labels): boolean {
  return ruleMatches(role.serverLabels, labels);
}

function ruleMatches(rule: LabelRule, labels: Labels): boolean {
  const wanted = Object.entries(rule);
  if (wanted.length === 0) return false;
  return wanted.every(([name, values]) => {
    if (name === '*') return values.includes('*');
    const value = labels[name];
    return value !== undefined && (values.includes('*') || values.includes(value));
  });
}

/** Logins that these roles give on a server with these labels, sorted; empty = the server is out of sight. */
export function loginsFor(roles: readonly Role[], labels: Labels): string[] {
  const logins = roles.filter((role) => roleMatches(role, labels)).flatMap((role) => role.logins);
  return [...new Set(logins)].sort();
}

/** What all these roles allow together of one list, such as `databaseUsers`; sorted. */
export function allowedBy(
  roles: readonly Role[],
  list: 'databaseUsers' | 'databaseNames' | 'kubernetesUsers' | 'kubernetesGroups',
): string[] {
  return [...new Set(roles.flatMap((role) => role[list] ?? []))].sort();
}

/** Role names in the `teleport-roles` extension of an SSH certificate (login.md 5.1); empty for anything else. */
export function rolesOf(extension: string | undefined): string[] {
  try {
    const { roles } = JSON.parse(extension ?? '{}') as { roles?: unknown };
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
  } catch {
    return [];
  }
}
