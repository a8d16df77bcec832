import {
  type AppPlace,
  coversApp,
  isAppUrl,
  isLocalUrl,
  localOrigin,
  publicAuthority,
  publicOrigin,
} from './public-place.ts';

/** They belong to one connection only. */
const ofConnection =
  /^(connection|keep-alive|proxy-connection|te|trailer|expect|upgrade|transfer-encoding)$/i;
/** A cookie whose name begins so must be `Secure`, which a plain local address cannot promise. */
const securePrefix = /^__(host|secure)-/i;
const localPrefix = 'porthole-';

/**
 * Headers of a local request as they go to the app (name, value, name, value): it sees its public address, as it does when a
 * browser comes through the proxy. What other origins send stays, so that the app can refuse it.
 */
export function requestHeaders(raw: readonly string[], place: AppPlace, isUpgrade: boolean): string[] {
  const headers = ['Host', publicAuthority(place)];
  for (const [name, value] of pairs(raw)) {
    const isFraming = /^transfer-encoding$/i.test(name);
    if (/^host$/i.test(name) || (ofConnection.test(name) && !isUpgrade && !isFraming)) continue;
    headers.push(name, requestValue(name.toLowerCase(), value, place));
  }
  return headers;
}

/** Headers of an answer as they go back: links to the app itself and its cookies fit the local address. */
export function answerHeaders(raw: readonly string[], place: AppPlace, isUpgrade: boolean): string[] {
  const headers: string[] = [];
  for (const [name, value] of pairs(raw)) {
    if (!isUpgrade && ofConnection.test(name)) continue;
    headers.push(name, answerValue(name.toLowerCase(), value, place));
  }
  return headers;
}

function* pairs(raw: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}

function requestValue(name: string, value: string, place: AppPlace): string {
  switch (name) {
    case 'origin':
    case 'referer':
      return isLocalUrl(value, place) ? toOrigin(value, publicOrigin(place)) : value;
    case 'cookie':
      return value.replaceAll(/(^|;\s*)porthole-(__(?:Host|Secure)-)/gi, '$1$2');
    default:
      return value;
  }
}

function answerValue(name: string, value: string, place: AppPlace): string {
  switch (name) {
    case 'location':
    case 'content-location':
    case 'access-control-allow-origin':
      return toLocal(value, place);
    case 'refresh':
      return value.replace(/^(\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?["']?)(https?:[^"']*)/i, (_all, head, url) =>
        String(head).concat(toLocal(String(url), place)),
      );
    case 'set-cookie':
      return localCookie(value, place);
    default:
      return value;
  }
}

function toLocal(url: string, place: AppPlace): string {
  // A URL without a scheme takes that of the page: `//host/path`.
  const whole = url.startsWith('//') ? `https:${url}` : url;
  return isAppUrl(whole, place) ? toOrigin(whole, localOrigin(place)) : url;
}

/** The URL at another origin; an origin alone stays one, without a slash. */
function toOrigin(text: string, origin: string): string {
  return `${origin}${text.replace(/^[a-z]+:\/\/[^/?#]*/i, '')}`;
}

/** The cookie for a plain address of this machine: no foreign `Domain`, no `Secure`, and no name that demands it. */
function localCookie(cookie: string, place: AppPlace): string {
  const [pair = '', ...attributes] = cookie.split(';');
  const kept = attributes.filter((attribute) => {
    const [name = '', value = ''] = attribute.split('=').map((part) => part.trim());
    switch (name.toLowerCase()) {
      case 'secure':
      case 'partitioned':
        return false;
      case 'domain':
        return !coversApp(value, place);
      case 'samesite':
        // Browsers take it together with `Secure` only.
        return value.toLowerCase() !== 'none';
      default:
        return true;
    }
  });
  const name = pair.trimStart();
  return [securePrefix.test(name) ? `${localPrefix}${name}` : pair, ...kept].join(';');
}
