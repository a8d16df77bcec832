import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DatabaseRoute } from '../../main/protocol/codec/tls/tunnel-subject.ts';
import type { PoseRules } from '../pose.ts';
import { refusals } from './access.ts';
import type { PgliteEngine } from './pglite-engine.ts';
import type { ClusterDatabase } from './target.ts';

/** One client at one database. */
export interface DatabaseSession {
  readonly stream: Duplex;
  readonly database: ClusterDatabase;
  /** What the certificate says. */
  readonly route: DatabaseRoute;
  readonly pose: PoseRules;
  /** Of an embedded database. */
  readonly engine: PgliteEngine | undefined;
  readonly isDown: () => boolean;
  /** Why these roles refuse this user and database name; undefined when they do not. */
  readonly refusal: (user: string, database: string) => string | undefined;
}

/** Told to the client in its own protocol. */
export class DatabaseUnreachable extends Error {
  constructor() {
    super(refusals.down);
  }
}

const connectTimeoutMs = 10_000;

/** Connects to the real server. Rejects with `DatabaseUnreachable`. */
export async function dialServer({ database, stream, isDown }: DatabaseSession): Promise<Socket> {
  const { target } = database;
  if (isDown() || target.kind !== 'server') throw new DatabaseUnreachable();
  const socket = connect({ host: target.host, port: target.port, noDelay: true });
  stream.once('close', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(new DatabaseUnreachable()), connectTimeoutMs);
  try {
    await once(socket, 'connect');
  } catch {
    socket.destroy();
    throw new DatabaseUnreachable();
  } finally {
    clearTimeout(timer);
  }
  socket.on('error', () => socket.destroy());
  if (stream.destroyed) {
    socket.destroy();
    throw new DatabaseUnreachable();
  }
  return socket;
}
