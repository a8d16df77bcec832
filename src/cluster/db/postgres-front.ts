import { randomBytes } from 'node:crypto';
import { endAndClose, joinStreams, StreamReader } from '../streams.ts';
import { refusals } from './access.ts';
import {
  authenticationOk,
  cancelRequest,
  errorResponse,
  message,
  parameterStatus,
  parseStartup,
  readyForQuery,
  startupLength,
  type StartupPacket,
} from './postgres-messages.ts';
import { logInToPostgres, PostgresRefusal, startTlsWithPostgres } from './postgres-upstream.ts';
import { type DatabaseSession, DatabaseUnreachable, dialServer } from './session.ts';

const sqlState = { denied: '28000', unreachable: '08006' } as const;
const keyBytes = 8;

/** A PostgreSQL client: startup without TLS, roles, then the server's own words (tunnels.md 3.6). */
export async function servePostgres(session: DatabaseSession): Promise<void> {
  const { stream, route } = session;
  const reader = new StreamReader(stream);
  const packet = await readStartup(session, reader);
  if (packet.kind === 'cancel') return cancel(session, reader, packet.key);
  if (packet.kind !== 'startup') {
    stream.destroy();
    return;
  }
  const user = packet.parameters.get('user') || route.user;
  const database = packet.parameters.get('database') || user;
  const refusal = session.refusal(user, database);
  if (refusal !== undefined) {
    refuse(session, refusal, sqlState.denied);
    return;
  }
  const parameters = new Map(packet.parameters).set('user', user).set('database', database);
  parameters.delete('application_name');
  try {
    if (session.engine) await serveEmbedded(session, reader, user);
    else await serveReal(session, reader, parameters);
  } catch (error) {
    if (error instanceof DatabaseUnreachable) refuse(session, refusals.down, sqlState.unreachable);
    else if (error instanceof PostgresRefusal) refuse(session, error.message, error.sqlState);
    else throw error;
  }
}

/** Answers requests for encryption until the client says what it wants. A second request of a kind is a mistake. */
async function readStartup({ stream }: DatabaseSession, reader: StreamReader): Promise<StartupPacket> {
  const asked = new Set<string>();
  for (;;) {
    const length = startupLength(await reader.take(4));
    if (length === undefined) return { kind: 'unknown' };
    const packet = parseStartup(await reader.take(length));
    if ((packet.kind !== 'ssl' && packet.kind !== 'gss') || asked.has(packet.kind)) return packet;
    asked.add(packet.kind);
    stream.write('N');
  }
}

function refuse({ stream }: DatabaseSession, text: string, state: string): void {
  stream.write(errorResponse(text, state));
  endAndClose(stream);
}

/** Pid and secret are the server's own, so they lead to the right query there. No answer, as the protocol wants. */
async function cancel(session: DatabaseSession, reader: StreamReader, key: Buffer): Promise<void> {
  const { stream, route, pose } = session;
  reader.release();
  const mayUse = route.user === '' || session.refusal(route.user, route.database || route.user) === undefined;
  if (pose.postgresCancel && mayUse && !session.engine) {
    const socket = await startTlsWithPostgres(session, await dialServer(session));
    socket.end(cancelRequest(key));
    socket.resume();
  }
  endAndClose(stream);
}

async function serveReal(
  session: DatabaseSession,
  reader: StreamReader,
  parameters: ReadonlyMap<string, string>,
): Promise<void> {
  const socket = await startTlsWithPostgres(session, await dialServer(session));
  const { greeting } = await logInToPostgres(session, socket, parameters);
  session.stream.write(greeting);
  reader.release();
  joinStreams(session.stream, socket);
}

async function serveEmbedded(
  { stream, engine, isDown }: DatabaseSession,
  reader: StreamReader,
  user: string,
): Promise<void> {
  if (!engine || isDown()) throw new DatabaseUnreachable();
  const status = await engine.status();
  stream.write(
    Buffer.concat([
      authenticationOk,
      message('K', randomBytes(keyBytes)),
      ...Object.entries({ ...status, session_authorization: user }).map(([name, value]) =>
        parameterStatus(name, value),
      ),
      readyForQuery(),
    ]),
  );
  reader.release();
  engine.attach(stream);
}
