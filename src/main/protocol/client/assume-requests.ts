import { createPublicKey } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { AppError } from '../../../shared/errors/app-error.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import { type AccountIdentity, factsOf } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { parseSshCertificateLine } from '../codec/ssh/certificate.ts';
import { encodePublicKey, formatAuthorizedKey } from '../codec/ssh/keys.ts';
import { fromDate } from '../codec/timestamp.ts';
import { parseUserTlsCertificate } from '../codec/tls/user-certificate.ts';
import type { ProxyAddress } from '../net/address.ts';
import { callError, openAuthConnection } from './auth-connection.ts';

const firstMajorWithTwoKeys = 17;

/**
 * Certificates for the keys of `plain` that carry exactly these requests (auth-api.md 7 and 11.6). The call is made with the
 * certificate of the sign-in, so that a request that is gone cannot stand in the way.
 */
export async function issueWithRequests(
  address: ProxyAddress,
  plain: AccountIdentity,
  requestIds: readonly string[],
  signal?: AbortSignal,
): Promise<AccountIdentity> {
  const connection = await openAuthConnection({ address, identity: plain }, signal);
  try {
    const sshKey = Buffer.from(formatAuthorizedKey(encodePublicKey(plain.sshKey)));
    const tlsKey = Buffer.from(
      createPublicKey(plain.tlsKey).export({ type: 'spki', format: 'pem' }).toString(),
    );
    const isSplit = majorOf(plain.serverVersion) >= firstMajorWithTwoKeys;
    const certs = await createClient(AuthService, connection.transport).generateUserCerts(
      {
        username: plain.userName,
        expires: fromDate(factsOf(plain).validUntil) as never,
        format: 'standard',
        routeToCluster: plain.clusterName,
        accessRequests: [...requestIds],
        ...(isSplit ? { sshPublicKey: sshKey, tlsPublicKey: tlsKey } : { publicKey: sshKey }),
      },
      signal ? { signal } : {},
    );
    const tlsCertificate = Buffer.from(certs.tls).toString('utf8');
    const sshCertificate = parseSshCertificateLine(Buffer.from(certs.ssh).toString('utf8'));
    const { activeRequests } = parseUserTlsCertificate(tlsCertificate);
    const missing = requestIds.filter((id) => !activeRequests.includes(id));
    if (missing.length > 0 || !sshCertificate.publicKey.equals(encodePublicKey(plain.sshKey)))
      throw new AppError('answer-invalid', 'The cluster sent a certificate without what was asked for.', {
        action: 'retry',
      });
    const { sshCertificate: ssh, tlsCertificate: tls } = plain;
    return { ...plain, sshCertificate, tlsCertificate, plain: { sshCertificate: ssh, tlsCertificate: tls } };
  } catch (error) {
    throw error instanceof AppError ? error : callError(error).error;
  } finally {
    connection.dispose();
  }
}
