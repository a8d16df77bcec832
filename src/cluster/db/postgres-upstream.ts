import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { StreamReader } from '../streams.ts';
import {
  authenticationOk,
  bodyLength,
  message,
  type PostgresMessage,
  parameterStatus,
  parseErrorFields,
  readyForQuery,
  sslRequest,
  startupMessage,
} from './postgres-messages.ts';
import { ScramClient } from './scram.ts';
import { type DatabaseSession, DatabaseUnreachable } from './session.ts';

const request = { ok: 0, cleartext: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

/** What PostgreSQL said against a login, in the words of the cluster (tunnels.md 3.6). */
export class PostgresRefusal extends Error {
  readonly sqlState: string;
  constructor(text: string, sqlState: string) {
    super(text);
    this.sqlState = sqlState;
  }
}

/** TLS with the server where the database is registered so; else the plain socket. */
export async function startTlsWithPostgres({ database }: DatabaseSession, socket: Socket): Promise<Duplex> {
  const tls = database.target.kind === 'server' ? database.target.tls : undefined;
  if (!tls) return socket;
  socket.write(sslRequest);
  const reader = new StreamReader(socket);
  const answer = await reader.take(1);
  reader.release();
  if (answer.toString('latin1') !== 'S') {
    socket.destroy();
    throw new DatabaseUnreachable();
  }
  const secured = connectTls({
    socket,
    ca: tls.ca,
    cert: tls.certificate,
    key: tls.key,
    servername: 'localhost',
  });
  try {
    await once(secured, 'secureConnect');
  } catch {
    socket.destroy();
    throw new DatabaseUnreachable();
  }
  secured.on('error', () => secured.destroy());
  return secured;
}

/** Logs in for the client; `greeting` is what it may see of that. Throws `PostgresRefusal` with the server's own reason. */
export async function logInToPostgres(
  { database }: DatabaseSession,
  socket: Duplex,
  parameters: ReadonlyMap<string, string>,
): Promise<{ greeting: Buffer }> {
  const user = parameters.get('user') ?? '';
  const password = database.target.kind === 'server' ? (database.target.passwordOf?.(user) ?? '') : '';
  socket.write(startupMessage(parameters));
  const reader = new StreamReader(socket);
  const authentication = new Authentication(socket, user, password);
  const greeting = [authenticationOk];
  try {
    for (;;) {
      const next = await readMessage(reader);
      if (next.type === 'Z') {
        reader.release();
        return {
          greeting: Buffer.concat([...greeting, parameterStatus('application_name', ''), readyForQuery()]),
        };
      }
      if (next.type === 'E') throw refusalOf(next.body);
      if (next.type === 'R') authentication.answer(next.body);
      else if (next.type === 'K') greeting.splice(1, 0, message('K', next.body));
      else if (next.type === 'S' && !next.body.toString('latin1').startsWith('application_name\0'))
        greeting.push(message('S', next.body));
    }
  } catch (error) {
    socket.destroy();
    if (error instanceof PostgresRefusal) throw error;
    throw new DatabaseUnreachable();
  }
}

async function readMessage(reader: StreamReader): Promise<PostgresMessage> {
  const head = await reader.take(5);
  const length = bodyLength(head);
  if (length === undefined) throw new DatabaseUnreachable();
  return { type: head.toString('latin1', 0, 1), body: await reader.take(length) };
}

function refusalOf(body: Buffer): PostgresRefusal {
  const fields = parseErrorFields(body);
  const state = fields.get('C') ?? 'XX000';
  const text = fields.get('M') ?? '';
  const isLogin = state === '28000' || state === '28P01';
  return new PostgresRefusal(isLogin ? `FATAL: ${text} (SQLSTATE ${state})` : text, state);
}

/** Answers the server's requests for a password (PostgreSQL manual, "Message Flow"). */
class Authentication {
  readonly #socket: Duplex;
  readonly #user: string;
  readonly #password: string;
  readonly #scram: ScramClient;

  constructor(socket: Duplex, user: string, password: string) {
    this.#socket = socket;
    this.#user = user;
    this.#password = password;
    this.#scram = new ScramClient(password);
  }

  answer(body: Buffer): void {
    const kind = body.length >= 4 ? body.readInt32BE(0) : -1;
    const rest = body.subarray(4);
    switch (kind) {
      case request.ok:
        return;
      case request.cleartext:
        this.#send(`${this.#password}\0`);
        return;
      case request.md5: {
        const inner = md5(Buffer.from(this.#password + this.#user)).toString('hex');
        this.#send(`md5${md5(Buffer.concat([Buffer.from(inner), rest.subarray(0, 4)])).toString('hex')}\0`);
        return;
      }
      case request.sasl: {
        const first = Buffer.from(this.#scram.first());
        const length = Buffer.alloc(4);
        length.writeInt32BE(first.length);
        this.#send(Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, first]));
        return;
      }
      case request.saslContinue: {
        const final = this.#scram.final(rest.toString());
        if (final === undefined) throw new DatabaseUnreachable();
        this.#send(final);
        return;
      }
      case request.saslFinal:
        if (!this.#scram.accepts(rest.toString())) throw new DatabaseUnreachable();
        return;
      default:
        throw new PostgresRefusal('the database asks for a login that is not supported', '28000');
    }
  }

  #send(answer: string | Buffer): void {
    this.#socket.write(message('p', Buffer.from(answer as string)));
  }
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
