import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const keptMs = 10_000;
/** Somebody who was told to install a program looks again soon. */
const missingKeptMs = 1_000;
const known = new Map<string, { readonly at: number; readonly path: string | undefined }>();

/** Absolute path of a program, as a shell would find it; looked up anew after some seconds, because people install things. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const key = `${name} ${environment['PATH'] ?? ''}`;
  const entry = known.get(key);
  if (entry && Date.now() - entry.at < (entry.path === undefined ? missingKeptMs : keptMs)) return entry.path;
  const path = search(name, environment);
  known.set(key, { at: Date.now(), path });
  return path;
}

/** Where links to a program end; the name itself when that cannot be told. */
export function realProgram(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function search(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const endings =
    process.platform === 'win32' ? (environment['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';') : [''];
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    for (const ending of endings) {
      const path = join(folder, `${name}${ending}`);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // The next one.
      }
    }
  }
  return undefined;
}
