import { createHmac, randomBytes } from 'node:crypto';
import {
  type LogDomain,
  type LogEntry,
  type LogField,
  type LogLevel,
  logLevels,
} from '../../shared/contract/log.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import { describeError } from './describe-error.ts';
import { LogFile, type LogLimits } from './log-file.ts';
import { fromLine, toLine } from './log-line.ts';
import { type LogFields, LogText, type LogValue } from './log-value.ts';

const maxKept = 5_000;
const maxTroubles = 100;
/** Fields have these names in a line already. */
const taken = new Set(['at', 'run', 'level', 'domain', 'event']);

/** Events of the main process, one JSON object per line. Each text says what it is; that decides whether it is written. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, error: unknown, fields?: LogFields): void;
  /** The same log, for another part of the app. */
  in(domain: LogDomain): Logger;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  in: () => silentLogger,
};

/** The log of one run: its files, and the newest entries in memory, where names can still be read. */
export class Log {
  readonly logger: Logger = this.#loggerIn('app');
  readonly #file: LogFile;
  readonly #now: () => Date;
  readonly #added = new Emitter<LogEntry>();
  readonly #troubled = new Emitter<void>();
  /** Digests of names cannot be compared with those of another run. */
  readonly #key = randomBytes(32);
  readonly #run = randomBytes(4).toString('hex');
  #kept: LogEntry[] = [];
  #troubles: readonly LogEntry[] = [];
  #level: LogLevel = 'info';
  #writesNames = false;

  constructor(folder: string, options: { readonly limits?: LogLimits; readonly now?: () => Date } = {}) {
    this.#file = new LogFile(folder, options.limits);
    this.#now = options.now ?? (() => new Date());
  }

  /** Fires for each entry that the level lets through. */
  get onEntry() {
    return this.#added.event;
  }

  /** What went wrong in this run, whatever the level: warnings, errors, and everything with a code. Newest first. */
  get troubles(): readonly LogEntry[] {
    return this.#troubles;
  }

  /** Fires after one of `troubles` has come. */
  get onTrouble() {
    return this.#troubled.event;
  }

  /** Counts from the next entry on. */
  configure(options: { readonly level: LogLevel; readonly writesNames: boolean }): void {
    this.#level = options.level;
    this.#writesNames = options.writesNames;
  }

  /** Entries of earlier runs, from the files, oldest first. */
  async earlier(): Promise<LogEntry[]> {
    const lines = await this.#file.read(maxKept);
    return lines.flatMap((line) => {
      const read = fromLine(line);
      return read && read.run !== this.#run ? [read.entry] : [];
    });
  }

  /** The newest entries of this run, oldest first. */
  get kept(): readonly LogEntry[] {
    return this.#kept;
  }

  #loggerIn(domain: LogDomain): Logger {
    return {
      debug: (event, fields = {}) => this.#add('debug', domain, event, fields),
      info: (event, fields = {}) => this.#add('info', domain, event, fields),
      warn: (event, fields = {}) => this.#add('warn', domain, event, fields),
      error: (event, error, fields = {}) =>
        this.#add('error', domain, event, { ...fields, ...describeError(error) }),
      in: (other) => this.#loggerIn(other),
    };
  }

  #add(level: LogLevel, domain: LogDomain, event: string, values: LogFields): void {
    const isWritten = logLevels.indexOf(level) <= logLevels.indexOf(this.#level);
    const isTrouble = level === 'error' || level === 'warn' || values['code'] !== undefined;
    if (!isWritten && !isTrouble) return;
    const fields = Object.entries(values).flatMap(([name, value]) => {
      const field = this.#field(taken.has(name) ? `${name}_` : name, value);
      return field ? [field] : [];
    });
    const entry: LogEntry = { at: this.#now().toISOString(), level, domain, event, fields };
    if (isTrouble) {
      this.#troubles = [entry, ...this.#troubles].slice(0, maxTroubles);
      this.#troubled.fire();
    }
    if (!isWritten) return;
    this.#kept.push(entry);
    if (this.#kept.length > maxKept * 1.2) this.#kept = this.#kept.slice(-maxKept);
    this.#file.append(toLine(entry, this.#run));
    this.#added.fire(entry);
  }

  #field(name: string, value: LogValue): LogField | undefined {
    if (value === undefined) return undefined;
    if (!(value instanceof LogText)) return { name, kind: 'word', written: String(value) };
    const { kind, text } = value;
    if (kind === 'word') return { name, kind, written: text };
    if (kind === 'secret') return { name, kind, written: '' };
    return { name, kind, written: this.#writesNames ? text : this.#hide(kind, text), clear: text };
  }

  #hide(kind: 'name' | 'path' | 'prose', text: string): string {
    if (kind === 'prose') return '';
    return `#${createHmac('sha256', this.#key).update(text).digest('hex').slice(0, 8)}`;
  }
}
