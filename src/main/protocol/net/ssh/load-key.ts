import type { Duplex } from 'node:stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { certificateKeys } from './certificate-key.ts';
import type { SshIdentity } from './identity.ts';
import type { loadSsh2 } from './load-ssh2.ts';

/** Nothing that fails here may leave the stream open. */
export function loadKey(
  ssh2: Awaited<ReturnType<typeof loadSsh2>>,
  options: { readonly stream: Duplex; readonly identity: SshIdentity },
  signal?: AbortSignal,
) {
  try {
    if (signal?.aborted) throw new AppError('cancelled', 'The connection was cancelled.');
    const parse = (data: string | Buffer) =>
      ssh2.utils.parseKey(data) as ReturnType<typeof ssh2.utils.parseKey> & Error;
    const [key] = certificateKeys(options.identity, parse);
    if (key) return key;
    throw new AppError('unsupported', 'The SSH certificate is of a kind that cannot be used.');
  } catch (error) {
    options.stream.on('error', () => undefined);
    options.stream.destroy();
    throw error;
  }
}
