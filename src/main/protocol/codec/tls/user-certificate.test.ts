import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../shared/errors/app-error.ts';
import { loadFixture } from '../../fixtures/fixture.ts';
import { brokenText, malformedRuns } from '../../fixtures/malformed.ts';
import { parseUserTlsCertificate } from './user-certificate.ts';

const { cases } = loadFixture('login/v18/certificates.json');
const users = cases.filter((entry) => typeof entry['tls_cert_pem'] === 'string');

describe('user certificates', () => {
  it('are read from recorded ones', () => {
    expect(users.length).toBeGreaterThan(1);
    for (const entry of users) {
      const parsed = parseUserTlsCertificate(entry['tls_cert_pem'] as string);
      expect(parsed.userName).toBe(entry['username']);
      expect(parsed.clusterName).toBe('lab.example');
      expect(parsed.roles.length).toBeGreaterThan(0);
      expect(parsed.validUntil > parsed.validFrom).toBe(true);
    }
    const ann = parseUserTlsCertificate(users[0]?.['tls_cert_pem'] as string);
    expect([...ann.roles].sort()).toEqual(['hl-access', 'hl-requester']);
    expect([...ann.logins].sort()).toEqual(['-teleport-internal-join', 'lab', 'root']);
    expect(ann.routeToCluster).toBe('lab.example');
  });

  it('are refused with a coded error when malformed', () => {
    fc.assert(
      fc.property(brokenText(users.map((entry) => entry['tls_cert_pem'] as string)), (text) => {
        try {
          parseUserTlsCertificate(text);
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});
