import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const lifeMs = 3_600_000;
const leewayS = 10;

export interface AppUser {
  readonly userName: string;
  readonly roles: readonly { readonly name: string }[];
  /** End of the session. */
  readonly validUntil: Date;
}

/** Signs who uses an app, for the app to check (tunnels.md 5.3); JWT with ES256 (RFC 7519, RFC 7518). */
export class AppTokens {
  readonly #issuer: string;
  readonly #now: () => Date;
  readonly #key: KeyObject;
  readonly #publicJwk: Readonly<Record<string, unknown>>;
  readonly #keyId: string;

  constructor(issuer: string, now: () => Date) {
    this.#issuer = issuer;
    this.#now = now;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    // RFC 7638: the members in this order, without spaces.
    this.#keyId = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
    this.#publicJwk = { kty, crv, x, y, alg: 'ES256', use: 'sig', kid: this.#keyId };
  }

  /** What apps fetch to check signatures. */
  keySet(): { readonly keys: readonly unknown[] } {
    return { keys: [this.#publicJwk] };
  }

  issue({ userName, roles, validUntil }: AppUser, audience: string): string {
    const now = Math.floor(this.#now().getTime() / 1000);
    const expires = Math.min(now + lifeMs / 1000, Math.floor(validUntil.getTime() / 1000));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = part({ alg: 'ES256', kid: this.#keyId, typ: 'JWT' });
    const claims = part({
      aud: audience,
      exp: expires,
      iat: now,
      iss: this.#issuer,
      nbf: now - leewayS,
      roles: roles.map((role) => role.name),
      sub: userName,
      traits: {},
      username: userName,
    });
    const signature = sign('sha256', Buffer.from(`${head}.${claims}`), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    });
    return `${head}.${claims}.${signature.toString('base64url')}`;
  }
}
