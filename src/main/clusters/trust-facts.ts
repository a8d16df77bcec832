import { X509Certificate } from 'node:crypto';
import type { ClusterTrust, TrustChoice } from '../../shared/contract/clusters.ts';
import { AppError } from '../../shared/errors/app-error.ts';

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const maxCertificates = 100;

/** What a person is told about how a cluster is trusted. */
export function describeTrust(trust: TrustChoice): ClusterTrust {
  if (trust.kind !== 'ca') return { ...trust, certificates: [] };
  return { kind: 'ca', certificates: readCertificates(trust.pem) };
}

/** Throws `invalid-input` when a text that should hold CAs holds no certificate. */
export function checkCaPem(trust: TrustChoice): void {
  if (trust.kind === 'ca' && readCertificates(trust.pem).length === 0) {
    throw new AppError('invalid-input', 'This file holds no certificate.', {
      reason: 'A CA file has at least one block that begins with -----BEGIN CERTIFICATE-----.',
      advice: 'Ask an administrator of the cluster for the CA of its web certificate, as PEM.',
      action: 'edit-input',
    });
  }
}

function readCertificates(pem: string): ClusterTrust['certificates'] {
  return (pem.match(pemBlock) ?? []).slice(0, maxCertificates).flatMap((block) => {
    try {
      const certificate = new X509Certificate(block);
      return [
        {
          subject: oneLine(certificate.subject),
          issuer: oneLine(certificate.issuer),
          validFrom: certificate.validFromDate.toISOString(),
          validUntil: certificate.validToDate.toISOString(),
          sha256: certificate.fingerprint256,
        },
      ];
    } catch {
      return [];
    }
  });
}

function oneLine(name: string): string {
  return name.split('\n').join(', ').slice(0, 500);
}
