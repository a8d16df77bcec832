import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const position = /((?:file:\/\/|\/|[A-Z]:\\)[^\s()]+\.c?js):(\d+):(\d+)/g;

/**
 * Leads positions of a built program in stacks back to its sources, as paths from `root`. The maps are read when a stack
 * is first asked for; Node's own switch would read all of them at each start.
 */
export function showSourcePositions(root: string): void {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (url: string) => {
    if (!maps.has(url)) maps.set(url, readMap(url));
    return maps.get(url);
  };
  Error.prepareStackTrace = (error, frames) =>
    [Error.prototype.toString.call(error), ...frames.map(String)]
      .join('\n    at ')
      .replace(position, (built, file: string, line: string, column: string) => {
        const url = file.startsWith('file:') ? file : pathToFileURL(file).href;
        const entry = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1);
        if (!entry || !('originalSource' in entry)) return built;
        const source = relative(root, fileURLToPath(new URL(entry.originalSource, url)));
        return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
      });
}

/** Undefined when the file was built without one. */
function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
