import type { PGlite } from '@electric-sql/pglite';
import type { Duplex } from 'node:stream';
import { cutWhenClientLeaves, endAndClose } from '../streams.ts';
import { CopyIn } from './copy-in.ts';
import { message, MessageSplitter, type PostgresMessage } from './postgres-messages.ts';
import { PreparedNames } from './prepared-names.ts';
import type { EmbeddedDatabase } from './target.ts';

const sync = message('S');
const highWaterBytes = 1 << 20;
const maxBatchBytes = 128 << 20;
const nothing = new Uint8Array();
/** Parse, Bind, Describe, Execute, Close: answered when Sync or Flush follows. */
const unanswered = new Set(['P', 'B', 'D', 'E', 'C']);

/** PostgreSQL in this process. It has one session, so its clients take turns: one holds it until its transaction is over. */
export class PgliteEngine {
  readonly #options: EmbeddedDatabase;
  #starting: Promise<PGlite> | undefined;
  readonly #turns = new Turns();
  #clients = 0;
  #made = 0;

  constructor(options: EmbeddedDatabase) {
    this.#options = options;
  }

  /** Values of ParameterStatus messages; starts the engine. */
  async status(): Promise<Readonly<Record<string, string>>> {
    const database = await this.#start();
    const { rows } = await this.#turns.alone(() =>
      database.query<{ server_version: string }>('SHOW server_version'),
    );
    return {
      server_version: rows[0]?.server_version ?? '17.0',
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      IntervalStyle: 'postgres',
      TimeZone: 'UTC',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
      is_superuser: 'on',
      application_name: '',
    };
  }

  /** Serves a client that has been greeted, until it leaves. */
  attach(stream: Duplex): void {
    this.#clients += 1;
    this.#made += 1;
    const client = new Client(`c${this.#made}_`, this.#turns, (bytes) => this.#execute(bytes));
    const splitter = new MessageSplitter();
    let work = Promise.resolve();
    let isGone = false;
    const leave = () => {
      if (isGone) return;
      isGone = true;
      stream.destroy();
      this.#clients -= 1;
      const isLast = this.#clients === 0;
      work = work.then(() => client.leave(isLast)).catch(() => undefined);
    };
    cutWhenClientLeaves(stream, leave);
    stream.on('data', (chunk: Buffer) => {
      const messages = splitter.push(chunk);
      if (!messages) {
        leave();
        return;
      }
      stream.pause();
      work = work
        .then(async () => {
          for (const next of messages) {
            if (isGone) return;
            if (next.type === 'X') {
              endAndClose(stream);
              return;
            }
            await write(stream, await client.run(next));
          }
        })
        .then(() => {
          stream.resume();
        })
        .catch(leave);
    });
    stream.resume();
  }

  async stop(): Promise<void> {
    const starting = this.#starting;
    if (starting) await (await starting).close();
  }

  /** A statement that ends the engine takes its data in memory along; the next one finds a new engine. */
  async #execute(bytes: Buffer): Promise<Uint8Array> {
    const starting = this.#start();
    const database = await starting;
    try {
      return await database.execProtocolRaw(bytes);
    } catch (error) {
      if (this.#starting === starting) this.#starting = undefined;
      throw error;
    }
  }

  #start(): Promise<PGlite> {
    this.#starting ??= this.#create();
    return this.#starting;
  }

  async #create(): Promise<PGlite> {
    const { PGlite } = await import('@electric-sql/pglite');
    const database = await PGlite.create(this.#options.dataFolder ?? 'memory://');
    const { rows } = await database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'public'",
    );
    if (rows[0]?.count === 0 && this.#options.setup) await database.exec(this.#options.setup);
    return database;
  }
}

/** Waits while the client reads slowly, so that results do not pile up. */
async function write(stream: Duplex, answer: Uint8Array): Promise<void> {
  if (answer.length === 0 || stream.destroyed) return;
  stream.write(answer);
  while (stream.writableLength > highWaterBytes && !stream.destroyed) {
    await new Promise<void>((resolve) => {
      const done = () => {
        stream.removeListener('drain', done);
        stream.removeListener('close', done);
        resolve();
      };
      stream.once('drain', done);
      stream.once('close', done);
    });
  }
}

/** One client's share of the session: its turn, its transaction, the statements that it prepared. */
class Client {
  readonly #turns: Turns;
  readonly #execute: (bytes: Buffer) => Promise<Uint8Array>;
  readonly #names: PreparedNames;
  readonly #copy = new CopyIn();
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #giveBack: (() => void) | undefined;

  constructor(prefix: string, turns: Turns, execute: (bytes: Buffer) => Promise<Uint8Array>) {
    this.#names = new PreparedNames(prefix);
    this.#turns = turns;
    this.#execute = execute;
  }

  async run(next: PostgresMessage): Promise<Uint8Array> {
    const copying = this.#copy.take(next);
    if (copying.kind === 'answer') return copying.bytes;
    if (copying.kind === 'pass' && !this.#collect(next)) return nothing;
    this.#giveBack ??= await this.#turns.take();
    const answer =
      copying.kind === 'done'
        ? CopyIn.withoutInvitation(await this.#execute(copying.bytes))
        : await this.#execute(this.#takeBatch());
    if (endsIdle(answer)) this.#release();
    return answer;
  }

  /** True when the client waits for an answer now. A call of the engine is dear, so what comes before that waits. */
  #collect(next: PostgresMessage): boolean {
    this.#batch.push(this.#names.translate(next));
    this.#batchBytes += next.body.length;
    if (this.#batchBytes > maxBatchBytes) throw new Error('too much at once');
    return !unanswered.has(next.type);
  }

  #takeBatch(): Buffer {
    const bytes = Buffer.concat(this.#batch);
    this.#batch = [];
    this.#batchBytes = 0;
    return bytes;
  }

  /** Ends what the client left open. The last one takes its settings and statements along. */
  async leave(isLast: boolean): Promise<void> {
    const isHolding = this.#giveBack !== undefined;
    this.#giveBack ??= await this.#turns.take();
    try {
      const cleanup = isLast ? ['DISCARD ALL'] : this.#names.deallocations();
      if (isHolding) {
        await this.#execute(sync);
        cleanup.unshift('ROLLBACK');
      }
      for (const statement of cleanup) await this.#execute(query(statement));
    } finally {
      this.#release();
    }
  }

  #release(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }
}

function query(text: string): Buffer {
  return message('Q', Buffer.from(`${text}\0`));
}

const readyIdle = message('Z', Buffer.from('I'));

/** Whether an answer ends with "ready for a query, outside a transaction". */
function endsIdle(answer: Uint8Array): boolean {
  return (
    answer.length >= readyIdle.length && readyIdle.equals(answer.subarray(answer.length - readyIdle.length))
  );
}

/** Who comes first is served first. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to the function that ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.take();
    try {
      return await work();
    } finally {
      end();
    }
  }
}
