import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../shared/errors/app-error.ts';
import { fixtureCase, loadFixture } from '../../fixtures/fixture.ts';
import {
  issueSshCertificate,
  parseSshCertificate,
  parseSshCertificateLine,
  sshForever,
} from './certificate.ts';
import { type CertificateFault, type CertificateRules, findCertificateFault } from './check-certificate.ts';
import { decodePublicKey, encodePublicKey, parseAuthorizedKey, signSsh, verifySsh } from './keys.ts';

const recorded = loadFixture('ssh/v18/certificates.json');
const now = new Date(recorded.at * 1000);
const authority = (name: string) => {
  const line = String(fixtureCase(recorded, name)['public_line']);
  return parseAuthorizedKey(line.slice(line.indexOf('ssh-ed25519')));
};

const hostCases = recorded.cases.filter((c) => c['expected_principal'] !== undefined);
const userCases = recorded.cases.filter((c) => c['cert_line'] !== undefined);
const kinds = {
  ed25519: () => generateKeyPairSync('ed25519').privateKey,
  p256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  p384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  p521: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};

describe('certificates of a real cluster', () => {
  it.each(hostCases.map((c) => [c.name, c] as const))('accepts: %s', (_name, entry) => {
    const certificate = parseSshCertificate(Buffer.from(String(entry['blob_b64']), 'base64'));
    const decoded = entry['decoded_json'] as { principals: string[]; type: string };
    expect(certificate.principals).toEqual(decoded.principals);
    expect(certificate.type).toBe(decoded.type);
    const rules: CertificateRules = {
      role: 'host',
      authorities: [authority('host CA')],
      principals: [String(entry['expected_principal'])],
      now,
    };
    expect(findCertificateFault(certificate, rules)).toBeUndefined();
    expect(findCertificateFault(certificate, { ...rules, authorities: [authority('user CA')] })).toBe(
      'unknown-authority',
    );
    expect(findCertificateFault(certificate, { ...rules, principals: ['other-host'] })).toBe(
      'wrong-principal',
    );
    expect(findCertificateFault(certificate, { ...rules, role: 'user' })).toBe('wrong-role');
  });

  it.each(userCases.map((c) => [c.name, c] as const))('reads: %s', (_name, entry) => {
    const certificate = parseSshCertificateLine(String(entry['cert_line']));
    const decoded = entry['decoded_json'] as {
      key_id: string;
      principals: string[];
      extensions: Record<string, string>;
    };
    expect(certificate.keyId).toBe(decoded.key_id);
    expect(certificate.principals).toEqual(decoded.principals);
    expect([...certificate.extensions.keys()].sort()).toEqual(Object.keys(decoded.extensions).sort());
    const [principal] = certificate.principals;
    const valid = new Date(Number(certificate.validAfter) * 1000);
    expect(
      findCertificateFault(certificate, {
        role: 'user',
        authorities: [authority('user CA')],
        principals: [principal ?? ''],
        now: valid,
      }),
    ).toBeUndefined();
  });

  it('refuses every single changed byte', () => {
    const [entry] = hostCases;
    const blob = Buffer.from(String(entry?.['blob_b64']), 'base64');
    const rules: CertificateRules = {
      role: 'host',
      authorities: [authority('host CA')],
      principals: [String(entry?.['expected_principal'])],
      now,
    };
    for (let index = 0; index < blob.length; index += 1) {
      const changed = Buffer.from(blob);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      let fault: CertificateFault | 'malformed' | undefined;
      try {
        fault = findCertificateFault(parseSshCertificate(changed), rules);
      } catch (error) {
        fault = isAppError(error, 'answer-invalid') ? 'malformed' : undefined;
      }
      expect(fault, `byte ${index}`).toBeDefined();
    }
  });
});

describe('issued certificates', () => {
  const subject = kinds.ed25519();
  const base = {
    publicKey: subject,
    role: 'user' as const,
    keyId: 'alice',
    principals: ['root', 'alice'],
    validAfter: 1_000n,
    validBefore: 2_000n,
    extensions: new Map([
      ['permit-pty', ''],
      ['teleport-roles', '{"roles":["a"]}'],
    ]),
  };

  it.each(Object.entries(kinds))('verify when the authority is %s', (_name, make) => {
    const ca = make();
    const certificate = parseSshCertificate(issueSshCertificate(ca, base));
    expect(certificate).toMatchObject({
      keyId: 'alice',
      principals: ['root', 'alice'],
      role: 'user',
      validBefore: 2_000n,
    });
    expect(certificate.extensions.get('teleport-roles')).toBe('{"roles":["a"]}');
    expect(certificate.publicKey).toEqual(encodePublicKey(subject));
    const rules: CertificateRules = {
      role: 'user',
      authorities: [encodePublicKey(ca)],
      principals: ['root'],
      now: new Date(1_500_000),
    };
    expect(findCertificateFault(certificate, rules)).toBeUndefined();
    expect(findCertificateFault(certificate, { ...rules, now: new Date(999_000) })).toBe('not-yet-valid');
    expect(findCertificateFault(certificate, { ...rules, now: new Date(2_000_000) })).toBe('expired');
  });

  it('are refused without principals and with a critical option that nobody enforces', () => {
    const ca = kinds.ed25519();
    const rules: CertificateRules = {
      role: 'user',
      authorities: [encodePublicKey(ca)],
      principals: ['root'],
      now: new Date(1_500_000),
    };
    const none = parseSshCertificate(issueSshCertificate(ca, { ...base, principals: [] }));
    expect(findCertificateFault(none, rules)).toBe('wrong-principal');
    const critical = parseSshCertificate(
      issueSshCertificate(ca, { ...base, criticalOptions: new Map([['source-address', '10.0.0.1/32']]) }),
    );
    expect(findCertificateFault(critical, rules)).toBe('critical-option');
    expect(
      findCertificateFault(critical, { ...rules, understoodOptions: ['source-address'] }),
    ).toBeUndefined();
  });

  it('may be valid for ever', () => {
    const ca = kinds.ed25519();
    const certificate = parseSshCertificate(issueSshCertificate(ca, { ...base, validBefore: sshForever }));
    const rules: CertificateRules = {
      role: 'user',
      authorities: [encodePublicKey(ca)],
      principals: ['root'],
      now: new Date('2500-01-01'),
    };
    expect(findCertificateFault(certificate, rules)).toBeUndefined();
  });
});

describe('keys and signatures', () => {
  it.each(Object.entries(kinds))('%s comes back from its blob and verifies', (_name, make) => {
    const key = make();
    const blob = encodePublicKey(key);
    expect(encodePublicKey(decodePublicKey(blob).key)).toEqual(blob);
    const signature = signSsh(key, Buffer.from('data'));
    expect(verifySsh(blob, Buffer.from('data'), signature)).toBe(true);
    expect(verifySsh(blob, Buffer.from('dato'), signature)).toBe(false);
    expect(verifySsh(blob, Buffer.from('data'), signature, 'ssh-rsa')).toBe(false);
  });
});

describe('malformed bytes', () => {
  const valid = Buffer.from(String(hostCases[0]?.['blob_b64']), 'base64');
  const mutated = fc
    .array(fc.record({ at: fc.nat({ max: valid.length - 1 }), to: fc.nat({ max: 255 }) }), {
      minLength: 1,
      maxLength: 8,
    })
    .chain((edits) =>
      fc.nat({ max: valid.length }).map((cut) => {
        const out = Buffer.from(valid);
        for (const { at, to } of edits) out[at] = to;
        return edits.length % 2 === 0 ? out.subarray(0, cut) : out;
      }),
    );

  it.each([
    ['certificate', (raw: Uint8Array) => void parseSshCertificate(raw)],
    ['public key', (raw: Uint8Array) => void decodePublicKey(raw)],
    ['key line', (raw: Uint8Array) => void parseAuthorizedKey(Buffer.from(raw).toString('latin1'))],
  ])('of a %s are a coded error', (_name, decode) => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated), (raw) => {
        try {
          decode(raw);
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
