import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureCase, loadFixture } from '../fixtures/fixture.ts';
import { brokenBytes, malformedRuns } from '../fixtures/malformed.ts';
import {
  ListResourcesResponseSchema,
  ListUnifiedResourcesResponseSchema,
} from './gen/auth/authservice_pb.js';
import { toListedResource } from './listed-resource.ts';

const unified = loadFixture('auth-api/v18/unified-resources.json');

function bytesOf(name: string): Buffer {
  const [first] = fixtureCase(unified, name)['responses'] as { message_b64: string }[];
  return Buffer.from(first?.message_b64 ?? '', 'base64');
}
const itemsOf = (name: string) =>
  fromBinary(ListUnifiedResourcesResponseSchema, bytesOf(name))
    .resources.map(toListedResource)
    .filter((item) => item !== undefined);

describe('listed resources', () => {
  it('are read from recorded pages, of every kind', () => {
    const items = itemsOf('all');
    expect(new Set(items.map((item) => item.kind))).toEqual(
      new Set(['server', 'database', 'kubernetes', 'app']),
    );
    expect(items.find((item) => item.name === 'hl-n1')).toMatchObject({
      kind: 'server',
      id: '00000000-0000-4000-8000-000000000001',
      address: '127.0.0.1:2201',
      subKind: 'openssh',
      labels: [
        { name: 'hl', value: 'page' },
        { name: 'n', value: '1' },
      ],
    });
    expect(items.find((item) => item.kind === 'kubernetes')?.name).toBe('hl-kube');
  });

  it('carry the logins when they were asked for', () => {
    const servers = itemsOf('include logins').filter((item) => item.kind === 'server');
    expect(servers.length).toBeGreaterThan(0);
    for (const server of servers) expect(server.logins).toEqual([...server.logins].sort());
    expect(servers.some((server) => server.logins.length > 0)).toBe(true);
  });

  it('are read from lists of one kind', () => {
    const { cases } = loadFixture('auth-api/v18/list-resources.json');
    const lists = cases.filter((entry) => entry['response_type'] === 'ListResourcesResponse');
    const items = lists.flatMap((entry) =>
      (entry['responses'] as { message_b64: string }[]).flatMap(({ message_b64 }) =>
        fromBinary(ListResourcesResponseSchema, Buffer.from(message_b64, 'base64')).resources.map(
          toListedResource,
        ),
      ),
    );
    expect(items.filter((item) => item !== undefined).length).toBeGreaterThan(10);
  });

  it('bear malformed messages', () => {
    fc.assert(
      fc.property(brokenBytes([bytesOf('all'), bytesOf('page 1')]), (bytes) => {
        let resources: unknown[] = [];
        try {
          resources = fromBinary(ListUnifiedResourcesResponseSchema, bytes).resources.map(toListedResource);
        } catch (error) {
          // The library's own error; the call turns it into a coded one.
          expect(error).toBeInstanceOf(Error);
        }
        expect(Array.isArray(resources)).toBe(true);
      }),
      { numRuns: malformedRuns },
    );
  });
});
