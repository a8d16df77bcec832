import { describe, expect, it } from 'vitest';
import { parseGrantSubject } from '../../main/protocol/codec/tls/grant-subject.ts';
import type { Person } from '../testing/people.ts';
import {
  assertion,
  challengeOf,
  code,
  database,
  keyOf,
  register,
  startWithSecondFactor,
} from '../testing/second-factors.ts';
import { scopes } from './version-rules.ts';

describe('a session that needs a second factor', () => {
  const ask = (person: Person, change: object = {}) =>
    person.client.createAuthenticateChallenge({
      request: { case: 'contextUser', value: {} },
      challengeExtensions: { scope: scopes.userSession },
      ...change,
    });
  const failed = (why: string) => ({ code: 7, rawMessage: `MFA response validation failed: ${why}` });

  it('is told to be needed, and confirmed by a security key once', async () => {
    const { cluster, person, key } = await startWithSecondFactor();
    const id = await register(cluster, person, key);
    expect(
      await person.client.isMFARequired({ target: { case: 'database', value: { serviceName: 'pg' } } }),
    ).toMatchObject({ required: true, mfaRequired: 1 });
    const check = {
      mfaRequiredCheck: { target: { case: 'database' as const, value: { serviceName: 'pg' } } },
    };
    const challenge = await ask(person, check);
    expect(challenge.mfaRequired).toBe(1);
    const answer = assertion(key, challengeOf(challenge), id);
    const issued = await person.reissue({ ...database, purpose: 2, mfaResponse: answer });
    const grant = parseGrantSubject(Buffer.from(issued.tls).toString());
    const { devices } = await person.client.getMFADevices({});
    expect(grant.mfaDevice).toBe(devices.find((one) => one.device.case === 'webauthn')?.id);
    expect(grant.previousEnd).toBeInstanceOf(Date);
    expect(issued.ssh).toHaveLength(0);
    await expect(person.reissue({ ...database, purpose: 2, mfaResponse: answer })).rejects.toMatchObject(
      failed('key "/web/users/wen/webauthnsessiondata/login" is not found'),
    );
  });

  it('is refused with a wrong scope, a reusable answer, a wrong signature and a voided challenge', async () => {
    const { cluster, person, key } = await startWithSecondFactor();
    const id = await register(cluster, person, key);
    const answer = async (extensions: object) => {
      const challenge = await ask(person, { challengeExtensions: extensions });
      return person.reissue({
        ...database,
        purpose: 2,
        mfaResponse: assertion(key, challengeOf(challenge), id),
      });
    };
    await expect(answer({ scope: scopes.login })).rejects.toMatchObject(
      failed(
        'required scope "CHALLENGE_SCOPE_USER_SESSION" is not satisfied by the given webauthn session with scope "CHALLENGE_SCOPE_LOGIN"',
      ),
    );
    await expect(answer({ scope: scopes.userSession, allowReuse: 1 })).rejects.toMatchObject(
      failed('the given webauthn session allows reuse, but reuse is not permitted in this context'),
    );
    const older = challengeOf(await ask(person));
    const newer = challengeOf(await ask(person));
    await expect(
      person.reissue({ ...database, purpose: 2, mfaResponse: assertion(key, older, id) }),
    ).rejects.toMatchObject(failed('Error validating challenge'));
    const broken = assertion(key, newer, id);
    broken.response.value.response.signature[10] = (broken.response.value.response.signature[10] ?? 0) ^ 1;
    await expect(person.reissue({ ...database, purpose: 2, mfaResponse: broken })).rejects.toMatchObject({
      code: 7,
    });
    await person.reissue({ ...database, purpose: 2, mfaResponse: assertion(key, newer, id) });
  });

  it('takes no one-time code on 18, says so, and asks for a scope', async () => {
    const { cluster, person } = await startWithSecondFactor();
    expect((await ask(person)).totp).toBeDefined();
    await expect(
      person.reissue({ ...database, purpose: 2, mfaResponse: code(cluster) }),
    ).rejects.toMatchObject({
      code: 3,
      rawMessage: 'per-session MFA is not satisfied by OTP devices',
    });
    await expect(ask(person, { challengeExtensions: {} })).rejects.toMatchObject({
      code: 3,
      rawMessage: 'scope not present in request',
    });
    await expect(person.reissue({ purpose: 2 })).rejects.toMatchObject({
      code: 3,
      rawMessage: 'single-use certificates cannot be issued for all purposes',
    });
  });

  it.each(['v11', 'v15'] as const)('is confirmed by a one-time code in a stream on %s', async (pose) => {
    const { cluster, person } = await startWithSecondFactor({ pose });
    const init = {
      username: 'wen',
      expires: { seconds: BigInt(Math.floor(Date.now() / 1000) + 600), nanos: 0 },
      routeToCluster: cluster.name,
      publicKey: keyOf(person),
      ...database,
    };
    async function* requests() {
      yield { request: { case: 'init' as const, value: init } };
      yield { request: { case: 'mfaResponse' as const, value: code(cluster) } };
    }
    const seen: string[] = [];
    for await (const { response } of person.client.generateUserSingleUseCerts(requests())) {
      seen.push(response.case ?? '');
      if (response.case === 'cert' && response.value.cert.case === 'tls')
        expect(parseGrantSubject(Buffer.from(response.value.cert.value).toString()).mfaDevice).not.toBe('');
    }
    expect(seen).toEqual(['mfaChallenge', 'cert']);
  });
});
