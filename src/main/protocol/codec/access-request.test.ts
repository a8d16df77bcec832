import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureCase, loadFixture } from '../fixtures/fixture.ts';
import { brokenBytes, brokenText, malformedRuns } from '../fixtures/malformed.ts';
import { parseAllowedResources, toAccessRequest } from './access-request.ts';
import { AccessRequestV3Schema } from './gen/types/access_request_pb.js';

const recorded = loadFixture('auth-api/v18/access-requests-reviews.json');
const bytesOf = (name: string) => {
  const [first] = fixtureCase(recorded, name)['responses'] as { message_b64: string }[];
  return Buffer.from(first?.message_b64 ?? '', 'base64');
};
const read = (name: string) => toAccessRequest(fromBinary(AccessRequestV3Schema, bytesOf(name)));

describe('access requests', () => {
  it('are read as a real cluster told them, before and after each review', () => {
    const created = read('create: role with threshold two eyes');
    expect(created).toMatchObject({ state: 'pending', reviews: [], resolveReason: '' });
    expect(created.thresholds[0]).toMatchObject({ approve: 2 });
    expect(created.roleSets.get(created.roles[0] ?? '')).toEqual([[0]]);
    expect(created.assumeFrom).toBeUndefined();
    expect(created.vanishesAt?.getTime()).toBeGreaterThan(created.created?.getTime() ?? Infinity);
    const once = read('review: first approval');
    expect(once).toMatchObject({ state: 'pending', reviews: [{ decision: 'approve', thresholds: [0] }] });
    const decided = read('review: second approval decides');
    expect(decided.state).toBe('approved');
    expect(decided.reviews).toHaveLength(2);
    expect(read('review: denies').state).toBe('denied');
  });

  it('carry the resources that were asked for', () => {
    const { resources, roles } = read('create: resource');
    expect(resources[0]).toMatchObject({ kind: 'node', subResource: '' });
    expect(roles.length).toBeGreaterThan(0);
  });

  it('bear malformed messages', () => {
    const valid = [bytesOf('create: resource'), bytesOf('review: second approval decides')];
    fc.assert(
      fc.property(brokenBytes(valid), (bytes) => {
        try {
          const request = toAccessRequest(fromBinary(AccessRequestV3Schema, bytes));
          for (const review of request.reviews)
            for (const index of review.thresholds) expect(index).toBeLessThan(request.thresholds.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: malformedRuns },
    );
  });

  it('name the resources of a certificate, those inside a Kubernetes cluster too', () => {
    const text = JSON.stringify([
      '/c/node/id',
      '/c/namespace/kube/prod',
      '/c/pod/kube/prod/web-1',
      'broken',
      7,
    ]);
    expect(parseAllowedResources(text)).toEqual([
      { clusterName: 'c', kind: 'node', name: 'id', subResource: '' },
      { clusterName: 'c', kind: 'namespace', name: 'kube', subResource: 'prod' },
      { clusterName: 'c', kind: 'pod', name: 'kube', subResource: 'prod/web-1' },
    ]);
    fc.assert(
      fc.property(brokenText([text]), (broken) => {
        expect(Array.isArray(parseAllowedResources(broken))).toBe(true);
      }),
      { numRuns: malformedRuns },
    );
  });
});
