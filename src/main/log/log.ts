import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type LogFields, redact } from './redact.ts';

const maxFileBytes = 5 << 20;

/** Events of the main process, one JSON object per line. Values pass through `redact`. */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, error: unknown, fields?: LogFields): void;
}

export function createFileLogger(folder: string): Logger {
  const path = join(folder, 'main.log');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (level: string, event: string, fields: LogFields) => {
    const line = JSON.stringify({ at: new Date().toISOString(), level, event, ...redact(fields) });
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxFileBytes)
        renameSync(path, `${path}.1`);
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not stop the app; the log is what is lost.
    }
  };
  return {
    info: (event, fields = {}) => write('info', event, fields),
    warn: (event, fields = {}) => write('warn', event, fields),
    error: (event, error, fields = {}) => write('error', event, { ...fields, ...describe(error) }),
  };
}

export const silentLogger: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

function describe(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : undefined;
  return { error: error.message, code, detail, stack: error.stack };
}
