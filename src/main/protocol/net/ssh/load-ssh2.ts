import { createRequire } from 'node:module';
import type * as Ssh2 from 'ssh2';

let loading: Promise<typeof Ssh2> | undefined;

/** ssh2 costs about 50 ms to load, so it is loaded with the first connection. */
export function loadSsh2(): Promise<typeof Ssh2> {
  loading ??= import('ssh2').then((module) => module.default as unknown as typeof Ssh2);
  return loading;
}

/** Whether ssh2's native cryptography was built for this Node; without it everything works, with more processor time. */
export function isNativeCryptoUsed(): boolean {
  try {
    createRequire(import.meta.url)('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
    return true;
  } catch {
    return false;
  }
}
