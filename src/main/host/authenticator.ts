/** Where a ceremony happens: the proxy's own origin, and the one certificate that counts there. */
export interface AuthenticatorSite {
  /** `https://host:port`. */
  readonly origin: string;
  /** SHA-256 of the certificate's DER, base64. The main process has judged it by the cluster's own trust. */
  readonly certificateSha256: string;
  /** SHA-256 of its public key (SPKI), base64. */
  readonly publicKeySha256: string;
}

/** What a server asks a security key or passkey to sign (WebAuthn level 2, section 5.5). */
export interface AssertionRequest {
  readonly challenge: Uint8Array;
  readonly timeoutMs: number;
  readonly rpId: string;
  /** Empty = any passkey of this site. */
  readonly allowCredentials: readonly Uint8Array[];
  readonly userVerification: 'required' | 'preferred' | 'discouraged';
  /** For keys that were registered before WebAuthn. */
  readonly appId?: string | undefined;
}

export interface Assertion {
  readonly credentialId: Uint8Array;
  readonly clientDataJson: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  /** Empty when the key told none. */
  readonly userHandle: Uint8Array;
  readonly usedAppId: boolean;
}

/** What a server asks of a new key (WebAuthn level 2, section 5.4). */
export interface CreationRequest {
  readonly challenge: Uint8Array;
  readonly timeoutMs: number;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: Uint8Array; readonly name: string; readonly displayName: string };
  /** COSE numbers, best first. */
  readonly algorithms: readonly number[];
  readonly excludeCredentials: readonly Uint8Array[];
  readonly attestation: string;
  readonly residentKey: boolean;
  readonly userVerification: 'required' | 'preferred' | 'discouraged';
}

export interface Creation {
  readonly credentialId: Uint8Array;
  readonly clientDataJson: Uint8Array;
  readonly attestationObject: Uint8Array;
  /** Whether the key keeps it as a passkey; undefined when it does not tell. */
  readonly isResident: boolean | undefined;
}

/**
 * Security keys and passkeys through a browser engine, on the site's own origin. One ceremony at a time; aborting closes it.
 * Throws `cancelled` when the person or the signal ended it, `timed-out`, `code-wrong` when no key fits, and
 * `second-factor-unusable` when this machine cannot do it.
 */
export interface Authenticator {
  get(request: AssertionRequest, site: AuthenticatorSite, signal: AbortSignal): Promise<Assertion>;
  create(request: CreationRequest, site: AuthenticatorSite, signal: AbortSignal): Promise<Creation>;
}
