import { describe, expect, it } from 'vitest';
import { startCluster } from './testing/test-cluster.ts';

describe('a login', () => {
  it('is refused with a wrong password, a wrong code, and a code that was used', async () => {
    const { cluster, signIn } = await startCluster();
    await expect(signIn('wrong')).rejects.toMatchObject({ code: 'credentials-wrong' });
    await expect(signIn(undefined, '000000')).rejects.toMatchObject({ code: 'code-wrong' });
    await expect(signIn(undefined, '')).rejects.toMatchObject({ code: 'code-required' });
    const code = cluster.core.users.currentCode('alice');
    await signIn(undefined, code);
    await expect(signIn(undefined, code)).rejects.toMatchObject({ code: 'code-wrong' });
  });

  it('is blocked after five wrong attempts', async () => {
    const { web, ping, signIn } = await startCluster();
    for (let i = 0; i < 5; i += 1) await expect(signIn(undefined, '000000')).rejects.toBeDefined();
    await expect(signIn()).rejects.toMatchObject({ code: 'credentials-wrong' });
    expect(ping.serverVersion).toBe('18.0.0');
    const keys = { sshPublicKey: 'x', tlsPublicKey: 'x', single: false };
    await expect(
      web.loginFinish({ userName: 'alice', password: 'x', oneTimeCode: '1', keys, ttlMs: 1 }),
    ).rejects.toMatchObject({ code: 'too-many-attempts' });
  });

  it('is throttled', async () => {
    const { web } = await startCluster();
    const all = await Promise.allSettled(Array.from({ length: 45 }, () => web.loginBegin('nobody', 'x')));
    expect(
      all.some(
        (one) => one.status === 'rejected' && (one.reason as { code: string }).code === 'rate-limited',
      ),
    ).toBe(true);
  });

  it('of a locked user tells the message of the lock', async () => {
    const { cluster, signIn } = await startCluster();
    cluster.core.lock('alice', 'see security');
    await expect(signIn()).rejects.toMatchObject({
      code: 'user-locked',
      reason: expect.stringContaining('see security'),
    });
  });
});
