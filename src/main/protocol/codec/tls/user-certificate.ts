import 'reflect-metadata'; // the X.509 library asks for it
import { X509Certificate } from '@peculiar/x509';
import { AppError } from '../../../../shared/errors/app-error.ts';

const maxActiveRequests = 100;

/** What a Teleport user certificate says in its subject (login.md 5.2). */
export interface UserTlsCertificate {
  readonly userName: string;
  readonly roles: readonly string[];
  readonly logins: readonly string[];
  /** The cluster that issued it: CN of the issuer. */
  readonly clusterName: string;
  readonly routeToCluster: string;
  /** Ids of the assumed access requests (auth-api.md 11.6). */
  readonly activeRequests: readonly string[];
  /** JSON list of the only resources that it opens; empty = all that the roles open. */
  readonly allowedResources: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** Subject attributes are read from the DER, because their text form is ambiguous. */
export function parseUserTlsCertificate(pem: string): UserTlsCertificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw malformed('it is not an X.509 certificate');
  }
  const subject = certificate.subjectName;
  const userName = subject.getField('CN')[0];
  const clusterName = certificate.issuerName.getField('CN')[0];
  const roles = subject.getField('O');
  if (!userName || !clusterName || roles.length === 0) throw malformed('a name in it is missing');
  return {
    userName,
    roles,
    logins: subject.getField('L'),
    clusterName,
    routeToCluster: subject.getField('2.5.4.9')[0] ?? '',
    activeRequests: subject.getField('1.3.9999.2.8').slice(0, maxActiveRequests),
    allowedResources: subject.getField('1.3.9999.2.10')[0] ?? '',
    validFrom: certificate.notBefore,
    validUntil: certificate.notAfter,
  };
}

function malformed(why: string): AppError {
  return new AppError('answer-invalid', 'The cluster sent a certificate that cannot be used.', {
    reason: `It was refused because ${why}.`,
  });
}
