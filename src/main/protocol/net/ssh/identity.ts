import type { KeyObject } from 'node:crypto';

/** A private key with the OpenSSH certificate (blob) issued for it. */
export interface SshIdentity {
  readonly privateKey: KeyObject;
  readonly certificate: Buffer;
}
