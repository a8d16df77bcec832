/** What holders of a role may do with servers. Deny rules are left out: nothing here needs them. */
export interface Role {
  readonly name: string;
  readonly logins: readonly string[];
  /** Label name to allowed values; `*` stands for every name or value. Empty = no server. */
  readonly serverLabels: Readonly<Record<string, readonly string[]>>;
  readonly maxSessionTtlMs?: number;
}

export type Labels = Readonly<Record<string, string>>;

export function roleMatches(role: Role, labels: Labels): boolean {
  const wanted = Object.entries(role.serverLabels);
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

/** Role names in the `teleport-roles` extension of an SSH certificate (login.md 5.1); empty for anything else. */
export function rolesOf(extension: string | undefined): string[] {
  try {
    const { roles } = JSON.parse(extension ?? '{}') as { roles?: unknown };
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
  } catch {
    return [];
  }
}
