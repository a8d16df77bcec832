import { create, toJsonString } from '@bufbuild/protobuf';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MfaAuthenticateResponseSchema } from '../../main/protocol/codec/gen/auth/mfa_answer_pb.js';
import { signIn } from '../testing/people.ts';
import { assertion, challengeOf, register, startWithSecondFactor } from '../testing/second-factors.ts';
import { scopes } from './version-rules.ts';

describe('where only security keys are allowed', () => {
  it('reviews need a fresh answer in the metadata', async () => {
    const { cluster, bob, person, key } = await startWithSecondFactor();
    const id = await register(cluster, person, key);
    const asker = await signIn(cluster, bob);
    onTestFinished(() => asker.dispose());
    const made = await asker.client.createAccessRequestV2({
      metadata: { name: crypto.randomUUID() },
      spec: { user: 'bob', roles: ['dba'] },
    });
    cluster.core.mfa.allowOnly(['webauthn']);
    const submission = { requestId: made.metadata?.name ?? '', review: { proposedState: 2 } };
    const needed = { code: 7, rawMessage: 'admin-level API request requires MFA verification' };
    await expect(person.client.submitAccessReview(submission)).rejects.toMatchObject(needed);
    const send = async (scope: number, allowReuse = 2) => {
      const challenge = await person.client.createAuthenticateChallenge({
        challengeExtensions: { scope, allowReuse },
      });
      const answer = create(MfaAuthenticateResponseSchema, assertion(key, challengeOf(challenge), id));
      const header = Buffer.from(toJsonString(MfaAuthenticateResponseSchema, answer)).toString('base64');
      return {
        header,
        call: () =>
          person.client.submitAccessReview(submission, { headers: { mfa_challenge_response: header } }),
      };
    };
    await expect((await send(scopes.userSession)).call()).rejects.toMatchObject({
      code: 7,
      rawMessage: 'access denied',
    });
    await expect((await send(scopes.adminAction, 1)).call()).rejects.toMatchObject(needed);
    const good = await send(scopes.adminAction);
    expect(Buffer.from(good.header, 'base64').toString()).toMatch(
      /^\{"Webauthn":\{"type":"public-key","rawId":/,
    );
    expect((await good.call()).spec?.state).toBe(2);
    await expect(good.call()).rejects.toMatchObject({ code: 7, rawMessage: 'access denied' });
  });
});
