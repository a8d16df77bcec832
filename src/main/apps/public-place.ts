/** Where an HTTP app is: as its cluster and its own network know it, and on this machine. */
export interface AppPlace {
  /** Port of the tunnel. */
  readonly localPort: number;
  /** Host name of the app under the proxy. */
  readonly publicHost: string;
  /** Port of the proxy; the app's page in a browser has it, too. */
  readonly publicPort: number;
  /** `host:port` behind the agent, which apps see as their `Host`; empty when it is not known. */
  readonly targetHost: string;
}

const localNames = /^(localhost|[^.]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

export function localOrigin({ localPort }: AppPlace): string {
  return `http://127.0.0.1:${localPort}`;
}

export function publicAuthority({ publicHost, publicPort }: AppPlace): string {
  return publicPort === 443 ? publicHost : `${publicHost}:${publicPort}`;
}

export function publicOrigin(place: AppPlace): string {
  return `https://${publicAuthority(place)}`;
}

/**
 * Whether a request means this address. A foreign name that leads here is the trick of a page that wants to read what only
 * this machine may (DNS rebinding).
 */
export function namesThisPlace(host: string, place: AppPlace): boolean {
  const url = parse(`http://${host}`);
  if (!url || url.username !== '' || url.pathname !== '/') return false;
  return localNames.test(url.hostname) || url.hostname === place.publicHost.toLowerCase();
}

/** Whether a URL is one of the local address, such as in `Origin`. */
export function isLocalUrl(text: string, place: AppPlace): boolean {
  const url = parse(text);
  return (
    url?.protocol === 'http:' && localNames.test(url.hostname) && portOf(url) === String(place.localPort)
  );
}

/** Whether a URL is one of the app's, by its public address or by that behind the agent. */
export function isAppUrl(text: string, place: AppPlace): boolean {
  const url = parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  if (url.hostname === place.publicHost.toLowerCase())
    return url.port === '' || url.port === String(place.publicPort);
  if (place.targetHost === '') return false;
  const target = parse(`${url.protocol}//${place.targetHost}`);
  return target !== undefined && target.hostname === url.hostname && portOf(target) === portOf(url);
}

/** Whether a cookie for this domain is one of the app's: its own name or one above it (RFC 6265 5.1.3). */
export function coversApp(domain: string, place: AppPlace): boolean {
  const wanted = domain.replace(/^\./, '').toLowerCase();
  const names = [place.publicHost.toLowerCase(), place.targetHost.replace(/:\d+$/, '').toLowerCase()];
  return wanted !== '' && names.some((name) => name === wanted || name.endsWith(`.${wanted}`));
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function portOf(url: URL): string {
  return url.port || (defaultPorts[url.protocol] ?? '');
}
