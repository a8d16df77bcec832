import type { AppError } from '../../shared/errors/app-error.ts';

/** Whether a far side refused the client's certificate (tunnels.md 8.2). */
export function isCertificateRefusal(error: AppError | undefined): boolean {
  if (!error) return false;
  return (
    error.code === 'session-expired' ||
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|CERTIFICATE_EXPIRED)|alert (bad certificate|certificate unknown|unknown ca|certificate expired)/i.test(
      error.detail ?? '',
    )
  );
}

/** The first bytes of TLS: a handshake record with a ClientHello. */
export function isClientHello(chunk: Buffer): boolean {
  return chunk[0] === 0x16 && chunk[1] === 0x03 && (chunk.length < 6 || chunk[5] === 0x01);
}
