import { join, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { net, protocol } from 'electron';
import { contentSecurityPolicy } from '../host/csp.ts';

export const pageScheme = 'porthole';
export const pageOrigin = `${pageScheme}://app`;
export const pageUrl = `${pageOrigin}/index.html`;

/** To be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built page, and nothing beside it, with the same policy as the loopback host. */
export function servePage(folder: string): void {
  protocol.handle(pageScheme, async (request) => {
    const file = fileOf(folder, request.url);
    if (file === undefined) return new Response('Not found.', { status: 404 });
    const answer = await net.fetch(pathToFileURL(file).href);
    const headers = new Headers(answer.headers);
    headers.set('Content-Security-Policy', contentSecurityPolicy());
    headers.set('X-Content-Type-Options', 'nosniff');
    return new Response(answer.body, { status: answer.status, headers });
  });
}

/** Undefined for other origins and for paths that leave the folder. */
export function fileOf(folder: string, address: string): string | undefined {
  try {
    const url = new URL(address);
    if (url.host !== 'app') return undefined;
    const file = normalize(join(folder, decodeURIComponent(url.pathname)));
    return file.startsWith(folder + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}
