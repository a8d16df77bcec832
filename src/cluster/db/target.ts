import type { Labels } from '../roles.ts';

/** A real server behind a database of the cluster. */
export interface DatabaseServer {
  readonly kind: 'server';
  readonly host: string;
  readonly port: number;
  /** Password of a database user; absent: none is sent. */
  readonly passwordOf?: (user: string) => string | undefined;
  /** PostgreSQL only: TLS with this client certificate. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
}

/** A PostgreSQL inside this process; it starts with its first connection. */
export interface EmbeddedDatabase {
  readonly kind: 'embedded';
  /** Absent: in memory. */
  readonly dataFolder?: string;
  /** SQL for an empty database. */
  readonly setup?: string;
}

export interface ClusterDatabase {
  readonly name: string;
  /** As in tunnels.md 1.2, such as `postgres` or `mysql`. */
  readonly protocol: string;
  readonly labels: Labels;
  readonly description?: string;
  readonly target: DatabaseServer | EmbeddedDatabase;
}
