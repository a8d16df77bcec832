import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { cutWhenClientLeaves, endAndClose, StreamReader } from '../streams.ts';
import { refusals } from './access.ts';
import { type CommandPiece, CommandSplitter, respCommand, RespScanner } from './resp.ts';
import { type DatabaseSession, DatabaseUnreachable, dialServer } from './session.ts';

const ours = new Set(['AUTH', 'HELLO', 'QUIT', 'PUNSUBSCRIBE', 'SSUBSCRIBE', 'SUNSUBSCRIBE']);
type Command = Extract<CommandPiece, { kind: 'command' }>;

/** A Redis client: RESP2 only, as one user, who is the certificate's (tunnels.md 3.7). */
export async function serveRedis(session: DatabaseSession): Promise<void> {
  const user = session.route.user || 'default';
  const refusal = session.refusal(user, '');
  if (refusal !== undefined) {
    answerFirstCommand(session, refusal);
    return;
  }
  try {
    const server = await dialServer(session);
    await logIn(session, server, user);
    new RedisRelay(session.stream, server, user).start();
  } catch (error) {
    if (!(error instanceof DatabaseUnreachable || error instanceof RedisRefusal)) throw error;
    answerFirstCommand(session, error instanceof RedisRefusal ? error.message : refusals.down);
  }
}

class RedisRefusal extends Error {}

async function logIn({ database }: DatabaseSession, server: Socket, user: string): Promise<void> {
  const password = database.target.kind === 'server' ? database.target.passwordOf?.(user) : undefined;
  if (password === undefined) return;
  server.write(user === 'default' ? respCommand('AUTH', password) : respCommand('AUTH', user, password));
  const reader = new StreamReader(server);
  let line = '';
  while (!line.endsWith('\r\n')) line += (await reader.take(1)).toString('latin1');
  reader.release();
  if (line.startsWith('+')) return;
  server.destroy();
  throw new RedisRefusal(line.slice(1).trim());
}

function errorLine(text: string): Buffer {
  return Buffer.from(`-ERR ${text}\r\n`);
}

/** Clients read nothing before their first command, so the refusal waits for it. */
function answerFirstCommand({ stream, pose }: DatabaseSession, text: string): void {
  const splitter = new CommandSplitter(() => true);
  cutWhenClientLeaves(stream, () => stream.destroy());
  stream.on('data', (chunk: Buffer) => {
    const first = split(splitter, chunk)?.find((piece) => piece.kind === 'command');
    if (!first) return;
    stream.removeAllListeners('data');
    if (first.name === 'HELLO' && pose.redisGreetsBeforeRefusal) stream.write(unknownHello(first));
    stream.write(errorLine(`Teleport: ${text}`));
    endAndClose(stream);
  });
}

function split(splitter: CommandSplitter, chunk: Buffer): CommandPiece[] | undefined {
  try {
    return splitter.push(chunk);
  } catch {
    return undefined;
  }
}

function unknownHello({ args }: Command): Buffer {
  const words = args.map((word) => `'${word}'`).join(' ');
  return errorLine(`unknown command 'HELLO', with args beginning with: ${words}`.trimEnd());
}

/** Passes commands on and answers some itself, in the order in which they were asked. */
class RedisRelay {
  readonly #client: Duplex;
  readonly #server: Socket;
  readonly #user: string;
  readonly #replies = new RespScanner();
  #outstanding = 0;
  #onIdle: (() => void) | undefined;

  constructor(client: Duplex, server: Socket, user: string) {
    this.#client = client;
    this.#server = server;
    this.#user = user;
  }

  start(): void {
    const client = this.#client;
    const server = this.#server;
    const cut = () => {
      client.destroy();
      server.destroy();
      this.#onIdle?.();
    };
    cutWhenClientLeaves(client, cut);
    server.on('error', cut);
    server.once('close', () => {
      this.#onIdle?.();
      endAndClose(client);
    });
    server.on('data', (chunk: Buffer) => this.#countReplies(chunk, cut));
    server.pipe(client, { end: false });
    const splitter = new CommandSplitter((name) => ours.has(name));
    let work = Promise.resolve();
    client.on('data', (chunk: Buffer) => {
      const pieces = split(splitter, chunk);
      if (!pieces) {
        cut();
        return;
      }
      client.pause();
      work = work.then(() => this.#run(pieces)).then(() => client.resume() && undefined, cut);
    });
    client.resume();
  }

  #countReplies(chunk: Buffer, cut: () => void): void {
    try {
      this.#outstanding = Math.max(0, this.#outstanding - this.#replies.push(chunk).length);
    } catch {
      cut();
    }
    if (this.#outstanding === 0) this.#onIdle?.();
  }

  async #run(pieces: readonly CommandPiece[]): Promise<void> {
    for (const piece of pieces) {
      if (piece.kind === 'command') await this.#answer(piece);
      else await this.#pass(piece.bytes, piece.isEnd);
    }
  }

  async #pass(bytes: Buffer, isEnd: boolean): Promise<void> {
    if (isEnd) this.#outstanding += 1;
    if (this.#server.write(bytes) || this.#server.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#server.once('drain', resolve);
      this.#server.once('close', resolve);
    });
  }

  async #answer(command: Command): Promise<void> {
    const own = this.#replyTo(command);
    if (own === undefined) {
      await this.#pass(command.bytes, true);
      return;
    }
    if (this.#outstanding > 0 && !this.#server.destroyed)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    this.#onIdle = undefined;
    if (!this.#client.destroyed) this.#client.write(own);
  }

  /** Undefined when the server shall answer. */
  #replyTo(command: Command): Buffer | undefined {
    const { name, args } = command;
    if (name === 'HELLO') return unknownHello(command);
    if (name === 'QUIT') return Buffer.from('+OK\r\n');
    if (name !== 'AUTH') return errorLine('Teleport: command not supported');
    const [first = ''] = args;
    if (args.length < 2 && this.#user !== 'default')
      return errorLine(
        'Teleport: failed to authenticate as the default user. Please provide the db username when connecting to Redis',
      );
    if (args.length >= 2 && first !== this.#user)
      return errorLine(
        `Teleport: failed to authenticate as ${first} user. Please provide a correct db username when connecting to Redis`,
      );
    return undefined;
  }
}
