import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Sends one file of the built page; false when there is none, or the path leaves the folder. */
export function sendStatic(response: ServerResponse, folder: string, path: string): boolean {
  const decoded = decode(path);
  if (decoded === undefined) return false;
  const file = normalize(join(folder, decoded));
  if (!file.startsWith(folder + sep)) return false;
  const type = types[extname(file)];
  const stat = statSync(file, { throwIfNoEntry: false });
  if (type === undefined || !stat?.isFile()) return false;
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': stat.size,
    // Names of assets carry a hash of their content; the page itself must always be fresh.
    'Cache-Control': path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
  });
  createReadStream(file).pipe(response);
  return true;
}

/** Undefined for what no file name can be. */
function decode(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
