import type { Duplex } from 'node:stream';
import type { Caller, ClusterCore } from '../core.ts';
import { joinStreams } from '../streams.ts';
import { refusalFor } from './access.ts';
import { type DatabaseSession, dialServer } from './session.ts';
import { serveMysql } from './mysql-front.ts';
import { PgliteEngine } from './pglite-engine.ts';
import { servePostgres } from './postgres-front.ts';
import { serveRedis } from './redis-front.ts';
import type { ClusterDatabase } from './target.ts';

/** Behind the database names of the proxy's port: finds the database, checks the roles, speaks its protocol (tunnels.md 3.5). */
export class DatabaseService {
  readonly #core: ClusterCore;
  readonly #databases = new Map<string, ClusterDatabase>();
  readonly #engines = new Map<string, PgliteEngine>();

  constructor(core: ClusterCore, databases: Iterable<ClusterDatabase>) {
    this.#core = core;
    for (const database of databases) this.add(database);
  }

  add(database: ClusterDatabase): void {
    const { name, protocol, labels, target } = database;
    this.#databases.set(name, database);
    if (target.kind === 'embedded') this.#engines.set(name, new PgliteEngine(target));
    const uri = target.kind === 'server' ? `${target.host}:${target.port}` : 'localhost:5432';
    const description = database.description === undefined ? {} : { description: database.description };
    this.#core.inventory.add([
      { kind: 'db', id: name, name, address: protocol, uri, labels, ...description },
    ]);
  }

  /** A stream whose verified certificate leads to a database; the protocol in the certificate decides. */
  serve(stream: Duplex, caller: Caller): void {
    const route = caller.tunnel.database;
    const database = this.#databases.get(route?.service ?? '');
    if (!route || !database) {
      stream.destroy();
      return;
    }
    const session: DatabaseSession = {
      stream,
      database,
      route,
      pose: this.#core.pose,
      engine: this.#engines.get(database.name),
      isDown: () => this.#core.tunnels.isStopped('db', database.name),
      refusal: (user, name) =>
        refusalFor(caller, {
          clusterName: this.#core.options.name,
          name: database.name,
          protocol: route.protocol,
          labels: database.labels,
          user,
          database: name,
        }),
    };
    const remove = this.#core.tunnels.add({
      kind: 'db',
      target: database.name,
      userName: caller.userName,
      close: () => stream.destroy(),
    });
    stream.once('close', remove);
    stream.on('error', () => stream.destroy());
    void serveByProtocol(session).catch(() => stream.destroy());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#engines.values()].map((engine) => engine.stop()));
  }
}

async function serveByProtocol(session: DatabaseSession): Promise<void> {
  switch (session.route.protocol) {
    case 'postgres':
    case 'cockroachdb':
      return servePostgres(session);
    case 'mysql':
      return serveMysql(session);
    case 'redis':
      return serveRedis(session);
    default:
      return servePipe(session);
  }
}

/** Any other protocol: the cluster knows no words of it, so a refusal is a bare close. */
async function servePipe(session: DatabaseSession): Promise<void> {
  const { stream, route } = session;
  if (session.refusal(route.user, route.database) !== undefined) stream.destroy();
  else joinStreams(stream, await dialServer(session));
}
