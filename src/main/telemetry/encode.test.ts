import { describe, expect, it } from 'vitest';
import { formatAccountUri } from '../../shared/uri/uri.ts';
import { anonymize, isClusterId } from './anonymize.ts';
import { toBytes, toRequest } from './encode.ts';
import type { UsageEvent } from './events.ts';

const clusterId = '7e0b1d2c-3f4a-4b5c-8d6e-9f0a1b2c3d4e';
const account = formatAccountUri({ address: 'teleport.example.com:443', userName: 'alice@example.com' });

describe('anonymization', () => {
  it.each([
    ['example.com', 'aWnyN8YGtEXCyLePnx+0Tb4DswLjQ9Ru14RZcBZ+/uI='],
    ['alice', 'hNWm873khmkFKP96VO9jwTjZMTmvMXpdO75N1dDiI78='],
    ['root.example.com', 'ttihd+7XUGW1KIJ5KrqH5oFhZU+CALnhg4GbdSVpKAA='],
    ['teleport.example.com', 'RjPi5zXOtxARf2ldq4vFyw6AOq7pOs8siRFnGrWpu9o='],
    ['alice@example.com', 'ShQYsX+TUDzzzI/Z8SDYjd9bBaUHAH2QYu+BM3P25LA='],
    ['', 'ec4T5kjVZXFkIupdJXrqfNHL1EKE+T/KxIGPXQY/bpQ='],
  ])('of %j has its known value', (value, expected) => {
    expect(anonymize(clusterId, value)).toBe(expected);
  });

  it('takes nothing but a UUID as its key', () => {
    expect(isClusterId(clusterId)).toBe(true);
    for (const text of ['', 'x', `${clusterId}\n`, clusterId.replaceAll('-', '')])
      expect(isClusterId(text)).toBe(false);
  });
});

describe('messages', () => {
  const encode = (event: UsageEvent) =>
    Buffer.from(
      toBytes(
        toRequest(event, {
          installationId: '2b9d1c1e-6d3a-4f0e-9a55-0c6a3e6f7d21',
          capturedAt: new Date('2025-01-02T03:04:05.678Z'),
          device: { arch: 'x64', os: 'linux', osVersion: '6.8.0-45-generic', appVersion: '18.1.0' },
          names:
            event.kind === 'user_job_role_update'
              ? undefined
              : {
                  clusterName: anonymize(clusterId, 'teleport.example.com'),
                  userName: anonymize(clusterId, 'alice@example.com'),
                },
        }),
      ),
    ).toString('hex');
  const head =
    '0a2432623964316331652d366433612d346630652d396135352d306336613365366637643231120c08a584d8bb061080eba5c302';
  const names =
    '0a2c526a5069357a584f7478415266326c6471347646797736414f7137704f7338736952466e4772577075396f3d122c5368515973582b5455447a7a7a492f5a385344596a643962426155484148325159752b424d335032354c413d';

  it('of a sign-in has the known bytes', () => {
    expect(encode({ kind: 'cluster_login', account, connectorType: 'local' })).toBe(
      `${head}1a8901${names}1a056c6f63616c22037836342a056c696e75783210362e382e302d34352d67656e657269633a0631382e312e30`,
    );
  });

  it('of a transfer has the known bytes', () => {
    expect(encode({ kind: 'file_transfer_run', account, isUpload: true })).toBe(`${head}425e${names}1801`);
  });

  it('of a job role has the known bytes', () => {
    expect(encode({ kind: 'user_job_role_update', jobRole: 'DevOps Engineer' })).toBe(
      `${head}4a110a0f4465764f707320456e67696e656572`,
    );
  });
});
