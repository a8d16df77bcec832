import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../shared/errors/app-error.ts';
import {
  formatGrantSubject,
  type GrantSubject,
  noGrant,
  parseAllowedResources,
  parseGrantSubject,
} from '../main/protocol/codec/tls/grant-subject.ts';
import { brokenText, malformedRuns } from '../main/protocol/fixtures/malformed.ts';
import { formatResourceId, parseResourceId } from './access-requests/model.ts';
import { makeTlsAuthority, issueTls } from './authorities.ts';
import { grantCovers } from './grant.ts';
import { grantCoversKube } from './kube-grant.ts';
import { generateKeyPairSync } from 'node:crypto';

const limited = (...allowedResources: string[]): GrantSubject => ({ ...noGrant, allowedResources });

describe('a grant', () => {
  it('travels in the subject of a certificate', async () => {
    const authority = await makeTlsAuthority('lab', 'modern', new Date());
    const grant: GrantSubject = {
      activeRequests: ['01a2030a-4020-7029-a99d-dcace1a8dd7a', '01a2030a-4020-7029-a99d-dcace1a8dd7b'],
      allowedResources: ['/lab/node/a', '/lab/pod/k/ns/über"'],
      mfaDevice: 'd',
      previousEnd: new Date('2026-01-01T00:00:00Z'),
    };
    const pem = await issueTls(authority, {
      publicKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
      subject: [{ O: ['role'] }, { CN: ['alice'] }, ...formatGrantSubject(grant)],
      notBefore: new Date(),
      notAfter: new Date(Date.now() + 60_000),
    });
    expect(parseGrantSubject(pem)).toEqual(grant);
  });

  it('that cannot be read never counts as none', () => {
    for (const wrong of ['{', '{}', '"x"', '[1]', 'null', '[["a"]]'])
      expect(() => parseAllowedResources(wrong)).toThrow(expect.objectContaining({ code: 'answer-invalid' }));
    fc.assert(
      fc.property(brokenText(['["/lab/node/a","/lab/db/pg"]']), (text) => {
        try {
          expect(parseAllowedResources(text).every((id) => typeof id === 'string')).toBe(true);
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
    fc.assert(
      fc.property(brokenText(['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----']), (pem) => {
        expect(() => parseGrantSubject(pem)).toThrow(expect.objectContaining({ code: 'answer-invalid' }));
      }),
      { numRuns: malformedRuns },
    );
  });

  it.each([
    [[], 'node', 'a', true],
    [['/lab/node/a'], 'node', 'a', true],
    [['/lab/node/a'], 'node', 'b', false],
    [['/lab/node/a'], 'db', 'a', false],
    [['/leaf/node/a'], 'node', 'a', false],
    [['/lab/pod/k/ns/p'], 'kube_cluster', 'k', true],
    [['/lab/namespace/k/ns'], 'kube_cluster', 'other', false],
    [['nonsense'], 'node', 'nonsense', false],
  ])('for %j and the %s %s: %s', (allowed, kind, id, expected) => {
    expect(grantCovers(limited(...allowed), 'lab', { kind, id })).toBe(expected);
  });

  it.each([
    [[], '/api/v1/pods', true],
    [['/lab/kube_cluster/k'], '/api/v1/pods', true],
    [['/lab/namespace/k/web'], '/version', true],
    [['/lab/namespace/k/web'], '/apis', true],
    [['/lab/namespace/k/web'], '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', true],
    [['/lab/namespace/k/web'], '/api/v1/namespaces/web', true],
    [['/lab/namespace/k/web'], '/api/v1/namespaces/web/pods?watch=1', true],
    [['/lab/namespace/k/web'], '/api/v1/namespaces/web/pods/p/exec', true],
    [['/lab/namespace/k/web'], '/apis/apps/v1/namespaces/web/deployments', true],
    [['/lab/namespace/k/web'], '/api/v1/namespaces/other/pods', false],
    [['/lab/namespace/k/web'], '/api/v1/namespaces', false],
    [['/lab/namespace/k/web'], '/api/v1/pods', false],
    [['/lab/namespace/k/web'], '/api/v1/namespaces/web/../other/pods', false],
    [['/lab/namespace/k/web'], '/api/v1/namespaces/web%2Fpods', false],
    [['/lab/namespace/k/web'], '/api/v1//namespaces/web/pods', false],
    [['/lab/namespace/k/web'], '/api/v1/watch/namespaces/web/pods', false],
    [['/lab/namespace/other/web'], '/api/v1/namespaces/web/pods', false],
    [['/lab/pod/k/web/api-*'], '/api/v1/namespaces/web/pods/api-1/log', true],
    [['/lab/pod/k/web/api-*'], '/api/v1/namespaces/web/pods', false],
    [['/lab/pod/k/web/api-*'], '/api/v1/namespaces/web/secrets/api-1', false],
    [['/lab/kube_node/k/n1'], '/api/v1/nodes/n1', true],
    [['/lab/kube_node/k/n1'], '/api/v1/nodes/n2', false],
  ])('for %j lets %s through: %s', (allowed, url, expected) => {
    expect(grantCoversKube(limited(...allowed), 'lab', 'k', url)).toBe(expected);
  });
});

describe('resource ids', () => {
  it('are read back as they were written', () => {
    const part = fc.stringMatching(/^[\w. -]{1,20}$/);
    fc.assert(
      fc.property(
        part,
        fc.constantFrom('node', 'db', 'pod', 'namespace'),
        part,
        part,
        (clusterName, kind, name, sub) => {
          const subResourceName = kind === 'pod' ? `${sub}/${name}` : kind === 'namespace' ? sub : '';
          const id = { clusterName, kind, name, subResourceName };
          expect(parseResourceId(formatResourceId(id))).toEqual(id);
        },
      ),
    );
  });

  it('that are malformed are none', () => {
    fc.assert(
      fc.property(brokenText(['/lab/pod/k/ns/p']), (text) => {
        const id = parseResourceId(text);
        if (id) expect(formatResourceId(id)).toBe(text);
      }),
      { numRuns: malformedRuns },
    );
  });
});
