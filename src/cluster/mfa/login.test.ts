import { createPublicKey } from 'node:crypto';
import { request } from 'node:https';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import type { SoftAuthenticator } from '../testing/authenticator.ts';
import type { Person } from '../testing/people.ts';
import { keyOf, register, startWithSecondFactor } from '../testing/second-factors.ts';

describe('a login by web API', () => {
  const post = async (cluster: Cluster, path: string, body: unknown) => {
    return new Promise<{ status: number; body: Record<string, never> }>((resolve, reject) => {
      const call = request(
        {
          host: 'localhost',
          port: cluster.port,
          path,
          method: 'POST',
          ca: cluster.webCaPem,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let data = '';
          response.on('data', (chunk) => (data += String(chunk)));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(data) as Record<string, never> }),
          );
        },
      );
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });
  };
  const begin = async (cluster: Cluster, body: object) => {
    const answer = (await post(cluster, '/webapi/mfa/login/begin', body)).body as unknown as {
      webauthn_challenge: {
        publicKey: { challenge: string; allowCredentials?: unknown[]; userVerification: string };
      };
      totp_challenge: boolean;
    };
    const asked = answer.webauthn_challenge.publicKey;
    return { ...answer, asked, challenge: Buffer.from(asked.challenge, 'base64').toString('base64url') };
  };
  const finish = async (
    cluster: Cluster,
    person: Person,
    body: object,
    signed: ReturnType<SoftAuthenticator['get']>,
  ) => {
    return post(cluster, '/webapi/mfa/login/finish', {
      webauthn_challenge_response: {
        id: signed.id,
        rawId: signed.id,
        type: 'public-key',
        response: {
          authenticatorData: signed.authenticatorData,
          clientDataJSON: signed.clientDataJson,
          signature: signed.signature,
          userHandle: signed.userHandle,
        },
        extensions: {},
      },
      ssh_pub_key: Buffer.from(keyOf(person)).toString('base64'),
      tls_pub_key: Buffer.from(
        createPublicKey(person.identity.tlsKey).export({ type: 'spki', format: 'pem' }),
      ).toString('base64'),
      totp_code: '',
      ...body,
    });
  };

  it('with password and security key works once', async () => {
    const { cluster, wen, person, key } = await startWithSecondFactor();
    const id = await register(cluster, person, key);
    const {
      challenge,
      asked,
      totp_challenge: hasTotp,
    } = await begin(cluster, { user: 'wen', pass: wen.password, passwordless: false });
    expect(hasTotp).toBe(true);
    expect(asked.userVerification).toBe('discouraged');
    expect(asked.allowCredentials).toHaveLength(1);
    const signed = key.get(challenge, 'localhost', id);
    const login = { user: 'wen', password: wen.password };
    expect((await finish(cluster, person, { ...login, password: 'wrong' }, signed)).status).toBe(403);
    const good = await finish(cluster, person, login, signed);
    expect(good.status).toBe(200);
    expect(good.body['username']).toBe('wen');
    expect(await finish(cluster, person, login, signed)).toMatchObject({
      status: 403,
      body: { error: { message: 'invalid credentials' } },
    });
  });

  it('with a passkey needs no name, but a verified user and the handle', async () => {
    const { cluster, person, key } = await startWithSecondFactor();
    const id = await register(cluster, person, key, { passkey: true });
    const anonymous = { user: '', pass: '', passwordless: true };
    const login = { user: '', password: '' };
    const first = await begin(cluster, anonymous);
    expect(first.asked.userVerification).toBe('required');
    expect(first.asked.allowCredentials).toBeUndefined();
    expect(
      (await finish(cluster, person, login, key.get(first.challenge, 'localhost', id, false))).status,
    ).toBe(403);
    const second = await begin(cluster, anonymous);
    expect(
      (
        await finish(cluster, person, login, {
          ...key.get(second.challenge, 'localhost', id),
          userHandle: '',
        })
      ).status,
    ).toBe(403);
    const third = await begin(cluster, anonymous);
    const good = await finish(cluster, person, login, key.get(third.challenge, 'localhost', id));
    expect(good.status).toBe(200);
    expect(good.body['username']).toBe('wen');
    const fourth = await begin(cluster, anonymous);
    const signed = key.get(fourth.challenge, 'localhost', id);
    expect(
      await finish(cluster, person, login, { ...signed, signature: `${signed.signature.slice(0, 22)}+AAA` }),
    ).toMatchObject({
      status: 400,
      body: { error: { message: 'request: illegal base64 data at input byte 22' } },
    });
  });
});
