import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../shared/errors/app-error.ts';

/** Runtimes may be built without SQLite; then nothing is kept. */
const sqlite = await import('node:sqlite').catch(() => undefined);

// Result codes of SQLite.
const busy = 5;
const corrupt = 11;
const notADatabase = 26;

const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT;
`;

/** Records of one kind, kept in memory and written through: what a call has answered survives a killed process. */
export interface Collection<T> {
  get(id: string): T | undefined;
  all(): readonly T[];
  entries(): readonly [string, T][];
  put(id: string, value: T): void;
  delete(id: string): void;
}

/** What the embedded cluster keeps: a SQLite file, or memory when no path is given or the runtime has no SQLite. */
export class ClusterStore {
  readonly #database: DatabaseSync | undefined;
  /** Whether what is decided survives this process. */
  readonly isKept: boolean;

  /** `Database` null: as in a runtime without SQLite. */
  constructor(path?: string, Database: typeof DatabaseSync | null = sqlite?.DatabaseSync ?? null) {
    this.#database = Database && path !== undefined ? openFile(Database, path) : undefined;
    this.isKept = this.#database !== undefined;
  }

  /** `read` turns stored JSON into a value, or undefined when it is none; such records are refused, not lost. */
  collection<T>(kind: string, read: (body: unknown) => T | undefined): Collection<T> {
    const values = new Map<string, T>();
    for (const row of this.#database?.prepare('SELECT id, body FROM records WHERE kind = ?').all(kind) ?? [])
      values.set(String(row['id']), readRecord(kind, String(row['body']), read));
    const put = this.#database?.prepare(
      'INSERT INTO records (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
    );
    const remove = this.#database?.prepare('DELETE FROM records WHERE kind = ? AND id = ?');
    return {
      get: (id) => values.get(id),
      all: () => [...values.values()],
      entries: () => [...values],
      put: (id, value) => {
        put?.run(kind, id, JSON.stringify(value));
        values.set(id, value);
      },
      delete: (id) => {
        remove?.run(kind, id);
        values.delete(id);
      },
    };
  }

  close(): void {
    if (this.#database?.isOpen) this.#database.close();
  }
}

function readRecord<T>(kind: string, body: string, read: (body: unknown) => T | undefined): T {
  const value = read(parse(body));
  if (value !== undefined) return value;
  throw new AppError('internal', 'The data of the embedded cluster cannot be read.', {
    reason: `A record of the kind ${kind} is not as this version writes it.`,
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * A file that is no database is put aside under another name, and an empty one begun. Throws `store-unwritable` when another
 * process has the file.
 */
function openFile(Database: typeof DatabaseSync, path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return open(Database, path);
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
    if (code === busy)
      throw new AppError('store-unwritable', 'The data of the embedded cluster is open in another process.', {
        cause: error,
      });
    if (code !== corrupt && code !== notADatabase) throw error;
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.unreadable-${Date.now()}${suffix}`);
    return open(Database, path);
  }
}

function open(Database: typeof DatabaseSync, path: string): DatabaseSync {
  const database = new Database(path, { timeout: 500 });
  try {
    database.exec(schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
