import fc from 'fast-check';
import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { fixtureCase, loadFixture } from '../fixtures/fixture.ts';
import { brokenText } from '../fixtures/malformed.ts';
import { factsOf, parseIdentity, serializeIdentity } from './identity.ts';
import { parseSshCertificateLine } from './ssh/certificate.ts';

const entry = fixtureCase(
  loadFixture('login/v18/certificates.json'),
  'balanced-v1 keys',
) as unknown as Record<string, string>;
const identity = {
  userName: 'hl-ann',
  clusterName: 'lab.example',
  serverVersion: '18.0.0',
  sshKey: createPrivateKey(entry['ssh_private_key_pem'] ?? ''),
  tlsKey: createPrivateKey(entry['tls_private_key_pem'] ?? ''),
  sshCertificate: parseSshCertificateLine(entry['ssh_cert_line'] ?? ''),
  tlsCertificate: entry['tls_cert_pem'] ?? '',
  authorities: [{ clusterName: 'lab.example', sshKeys: ['ssh-ed25519 AAAA'], tlsCertificates: ['pem'] }],
};

describe('identities', () => {
  it('are stored and read again', () => {
    const again = parseIdentity(serializeIdentity(identity));
    expect(again.userName).toBe('hl-ann');
    expect(again.sshKey.equals(identity.sshKey)).toBe(true);
    expect(again.tlsKey.equals(identity.tlsKey)).toBe(true);
    expect(again.sshCertificate.blob.equals(identity.sshCertificate.blob)).toBe(true);
    expect(again.authorities).toEqual(identity.authorities);
  });

  it('tell logins without the internal ones, and the earlier end of both certificates', () => {
    const facts = factsOf(identity);
    expect(facts.logins).toEqual(['root', 'lab']);
    expect(facts.validUntil.getTime()).toBeLessThanOrEqual(
      Number(identity.sshCertificate.validBefore) * 1000,
    );
  });

  it('that are damaged ask for a new sign-in', () => {
    fc.assert(
      fc.property(brokenText([serializeIdentity(identity)]), (text) => {
        try {
          parseIdentity(text);
        } catch (error) {
          expect(isAppError(error, 'store-damaged')).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
