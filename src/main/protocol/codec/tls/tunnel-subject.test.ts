import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../shared/errors/app-error.ts';
import { fixtureCase, loadFixture } from '../../fixtures/fixture.ts';
import { brokenText, malformedRuns } from '../../fixtures/malformed.ts';
import { parseTunnelSubject } from './tunnel-subject.ts';

const pemOf = (file: string, name: string) =>
  fixtureCase(loadFixture(`tunnels/v18/${file}.json`), name)['cert_pem'] as string;

describe('subjects of tunnel certificates', () => {
  it('are read from recorded certificates of databases', () => {
    const subject = parseTunnelSubject(pemOf('db-certificates', 'postgres with database name'));
    expect(subject.usage).toBe('db');
    expect(subject.database).toEqual({ service: 'pg', protocol: 'postgres', user: 'lab', database: 'labdb' });
    expect(subject).toMatchObject({ databaseUsers: ['*'], databaseNames: ['*'], app: undefined });
    const open = parseTunnelSubject(pemOf('db-certificates', 'no database user'));
    expect(open.database).toMatchObject({ user: '', database: '' });
  });

  it('are read from recorded certificates of apps', () => {
    const subject = parseTunnelSubject(pemOf('app-certificates', 'multi-port, second port'));
    expect(subject.app).toMatchObject({
      name: 'tcp-multi',
      publicAddress: 'tcp-multi.localhost',
      clusterName: 'lab.example',
      targetPort: 3499,
    });
    expect(subject.app?.sessionId).toMatch(/^[0-9a-f]{64}$/);
    expect(subject.database).toBeUndefined();
  });

  it('are read from recorded certificates of Kubernetes clusters', () => {
    expect(parseTunnelSubject(pemOf('kube-certificates', 'role with two kube users'))).toMatchObject({
      usage: 'kube',
      kubernetesCluster: 'lab-kube',
      kubernetesUsers: ['ann', 'ben'],
      kubernetesGroups: ['viewers'],
      databaseNames: ['labdb'],
      databaseUsers: ['reader'],
    });
  });

  it('are refused with a coded error when malformed', () => {
    const pems = [
      pemOf('kube-certificates', 'kube'),
      pemOf('app-certificates', 'http app'),
      pemOf('db-certificates', 'mysql'),
    ];
    fc.assert(
      fc.property(brokenText(pems), (text) => {
        try {
          parseTunnelSubject(text);
        } catch (error) {
          expect(isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});
