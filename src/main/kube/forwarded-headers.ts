/** A token or a forged origin of a local client would reach the API server in place of the agent's (tunnels.md 4.3). */
const removed = /^(authorization|proxy-authorization|proxy-connection|x-forwarded-.*|forwarded|host)$/i;
/** They belong to one connection only. */
const ofConnection = /^(connection|keep-alive|te|trailer|expect|upgrade|transfer-encoding)$/i;

/** Headers of a local request as they go on: name, value, name, value. Order and spelling stay. */
export function forwardedHeaders(
  raw: readonly string[],
  options: { readonly host: string; readonly isUpgrade: boolean },
): string[] {
  const headers = ['Host', options.host];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    if (removed.test(name)) continue;
    const isChunked = /^transfer-encoding$/i.test(name) && !options.isUpgrade;
    if (ofConnection.test(name) && !options.isUpgrade && !isChunked) continue;
    headers.push(name, value);
  }
  return headers;
}

/** Headers of an answer as they go back to the client. */
export function answeredHeaders(raw: readonly string[]): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (!ofConnection.test(raw[index] ?? '')) headers.push(raw[index] ?? '', raw[index + 1] ?? '');
  }
  return headers;
}
