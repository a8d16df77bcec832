import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const secretBytes = 32;
const cookieName = 'porthole';

export type Refusal = 'wrong-host' | 'wrong-origin' | 'no-session';

/** Who may talk to the loopback server: a token that works once, then a cookie; and only from the server's own origin. */
export class LoopbackAccess {
  readonly #session = randomBytes(secretBytes).toString('base64url');
  #token: string | undefined = randomBytes(secretBytes).toString('base64url');
  #hosts: readonly string[] = [];

  setPort(port: number): void {
    this.#hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  }

  /** The address to open; its token works once. */
  get address(): string {
    return `http://${this.#hosts[0]}/?token=${this.#token ?? ''}`;
  }

  /** The `Set-Cookie` header for the right token; undefined for a wrong or used one. */
  redeem(token: string | null): string | undefined {
    if (token === null || this.#token === undefined || !equal(token, this.#token)) return undefined;
    this.#token = undefined;
    return `${cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Names against DNS rebinding: the browser must think that it talks to this very server. */
  refuseHost(request: IncomingMessage): Refusal | undefined {
    if (!this.#hosts.includes(request.headers.host ?? '')) return 'wrong-host';
    const { origin } = request.headers;
    return origin === undefined || this.#isOwnOrigin(request, origin) ? undefined : 'wrong-origin';
  }

  /** For everything behind the cookie; a WebSocket must name its origin. */
  refuseSession(request: IncomingMessage, options: { readonly needsOrigin: boolean }): Refusal | undefined {
    const refused = this.refuseHost(request);
    if (refused) return refused;
    if (options.needsOrigin && request.headers.origin === undefined) return 'wrong-origin';
    const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const given = cookies.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
    return given !== undefined && equal(given, this.#session) ? undefined : 'no-session';
  }

  #isOwnOrigin(request: IncomingMessage, origin: string): boolean {
    return origin === `http://${request.headers.host}`;
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
