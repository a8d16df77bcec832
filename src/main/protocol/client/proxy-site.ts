import { createHash, X509Certificate } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatAddress, type ProxyAddress } from '../net/address.ts';
import { dialTls, type ServerTrust } from '../net/dialer.ts';

export interface ProxySite {
  readonly origin: string;
  readonly certificateSha256: string;
  readonly publicKeySha256: string;
}

/** The web origin of a proxy, with the certificate that it shows now. Fails as every connection does when it is not trusted. */
export async function readProxySite(
  address: ProxyAddress,
  trust: ServerTrust,
  signal?: AbortSignal,
): Promise<ProxySite> {
  const socket = await dialTls({ address, trust, alpn: ['http/1.1'] }, signal);
  try {
    const raw = socket.getPeerCertificate().raw as Buffer | undefined;
    if (!raw) throw new AppError('tls-failed', 'The proxy showed no certificate.', { action: 'retry' });
    const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' });
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');
    const origin = new URL(`https://${formatAddress(address)}`).origin;
    return { origin, certificateSha256: sha256(raw), publicKeySha256: sha256(key) };
  } finally {
    socket.destroy();
  }
}
