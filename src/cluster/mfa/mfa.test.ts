import { afterEach, describe, expect, it } from 'vitest';
import { toJsonString, create } from '@bufbuild/protobuf';
import { MfaAuthenticateResponseSchema } from '../../main/protocol/codec/gen/auth/mfa_answer_pb.js';
import type { MfaAuthenticateChallenge } from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import { parseGrantSubject } from '../../main/protocol/codec/tls/grant-subject.ts';
import { fixtureCase, loadFixture } from '../../main/protocol/fixtures/fixture.ts';
import { type Cluster, type CreateClusterOptions, createCluster } from '../cluster.ts';
import { SoftAuthenticator } from '../testing/authenticator.ts';
import { type Person, signIn } from '../testing/people.ts';
import { makeUser } from '../users.ts';
import { type WebauthnDevice } from './devices.ts';
import { scopes } from './version-rules.ts';
import { verifyAssertion, verifyAttestation } from './webauthn.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work();
});

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
const text = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('base64url');

async function start(options: Partial<CreateClusterOptions> = {}) {
  const wen = makeUser('wen', ['careful']);
  const bob = makeUser('bob', ['reviewer']);
  const cluster = await createCluster({
    name: 'mfa.porthole',
    users: [wen, bob],
    secondFactors: ['otp', 'webauthn'],
    roles: [
      {
        name: 'careful',
        logins: ['root'],
        serverLabels: { '*': ['*'] },
        requireSessionMfa: true,
        request: { roles: ['dba'] },
        reviewRequests: { roles: ['*'] },
      },
      { name: 'dba', logins: [], serverLabels: {} },
      { name: 'reviewer', logins: [], serverLabels: {}, request: { roles: ['dba'] } },
    ],
    resources: [{ kind: 'db', id: 'pg', name: 'pg', address: 'postgres', labels: { env: 'lab' } }],
    ...options,
  });
  undo.push(() => cluster.stop());
  const person = await signIn(cluster, wen);
  undo.push(() => person.dispose());
  return { cluster, wen, bob, person, key: new SoftAuthenticator(`https://localhost:${cluster.port}`) };
}

const code = (cluster: Cluster) => ({
  response: { case: 'totp' as const, value: { code: cluster.core.users.currentCode('wen') } },
});

/** Adds a security key or passkey, confirmed by a one-time code. */
async function register(
  cluster: Cluster,
  person: Person,
  key: SoftAuthenticator,
  options: { name?: string; passkey?: boolean; verified?: boolean } = {},
): Promise<string> {
  const isPasskey = options.passkey ?? false;
  const challenge = await person.client.createRegisterChallenge({
    deviceType: 3,
    deviceUsage: isPasskey ? 2 : 1,
    existingMfaResponse: code(cluster),
  });
  if (challenge.request.case !== 'webauthn') throw new Error('another kind');
  const { publicKey } = challenge.request.value;
  const handle = Buffer.from(publicKey?.user?.id ?? []).toString();
  const made = key.create(text(publicKey?.challenge), publicKey?.rp?.id ?? '', handle, options.verified);
  await person.client.addMFADeviceSync({
    newDeviceName: options.name ?? 'key',
    newMfaResponse: {
      response: {
        case: 'webauthn',
        value: {
          type: 'public-key',
          rawId: bytes(made.id),
          response: {
            clientDataJson: bytes(made.clientDataJson),
            attestationObject: bytes(made.attestationObject),
          },
        },
      },
    },
  });
  return made.id;
}

const challengeOf = (answer: MfaAuthenticateChallenge) =>
  text(answer.webauthnChallenge?.publicKey?.challenge);

function assertion(key: SoftAuthenticator, challenge: string, id: string, rpId = 'localhost') {
  const signed = key.get(challenge, rpId, id);
  return {
    response: {
      case: 'webauthn' as const,
      value: {
        type: 'public-key',
        rawId: bytes(signed.id),
        response: {
          clientDataJson: bytes(signed.clientDataJson),
          authenticatorData: bytes(signed.authenticatorData),
          signature: bytes(signed.signature),
          userHandle: bytes(signed.userHandle),
        },
      },
    },
  };
}

const database = { usage: 3, routeToDatabase: { serviceName: 'pg', protocol: 'postgres' } };

describe('a recorded ceremony', () => {
  const fixture = loadFixture('login/v18/login-webauthn.json');
  interface Recorded {
    request: { body: Record<string, never> };
    response: { body: Record<string, never> };
  }
  const recorded = (name: string) => fixtureCase(fixture, name) as unknown as Recorded;
  const registered = async (): Promise<WebauthnDevice> => {
    const answer = (
      recorded('signup').request.body as unknown as {
        webauthnCreationResponse: {
          rawId: string;
          response: { clientDataJSON: string; attestationObject: string };
        };
      }
    ).webauthnCreationResponse;
    const { webauthn } = recorded('register challenge').response.body as unknown as {
      webauthn: { publicKey: { challenge: string } };
    };
    const credential = await verifyAttestation(
      {
        credentialId: answer.rawId,
        clientDataJson: answer.response.clientDataJSON,
        attestationObject: answer.response.attestationObject,
      },
      {
        challenge: Buffer.from(webauthn.publicKey.challenge, 'base64').toString('base64url'),
        rpId: 'localhost',
        needsVerification: false,
      },
    );
    if (!credential) throw new Error('the recorded registration was refused');
    return {
      ...credential,
      id: '1',
      user: 'hl-wen',
      name: 'soft',
      addedMs: 0,
      lastUsedMs: 0,
      kind: 'webauthn',
      isPasskey: false,
    };
  };
  const judge = async (begin: string, finish: string) => {
    const { webauthn_challenge: asked } = recorded(begin).response.body as unknown as {
      webauthn_challenge: { publicKey: { challenge: string } };
    };
    const { webauthn_challenge_response: answer } = recorded(finish).request.body as unknown as {
      webauthn_challenge_response: { rawId: string; response: Record<string, string> };
    };
    return verifyAssertion(
      {
        credentialId: answer.rawId,
        clientDataJson: answer.response['clientDataJSON'] ?? '',
        authenticatorData: answer.response['authenticatorData'] ?? '',
        signature: answer.response['signature'] ?? '',
        userHandle: answer.response['userHandle'] ?? '',
      },
      {
        challenge: Buffer.from(asked.publicKey.challenge, 'base64').toString('base64url'),
        rpId: 'localhost',
        needsVerification: false,
      },
      await registered(),
    );
  };

  it.each([
    ['begin', 'finish', 'ok'],
    ['begin 2', 'finish', 'wrong-challenge'],
    ['begin 4', 'finish, bad signature', 'wrong-signature'],
    ['begin 5', 'finish, wrong origin', 'refused'],
    ['begin 6', 'finish, origin without port', 'ok'],
    ['begin 8', 'finish, counter went back', 'ok'],
  ])('%s, %s: %s', async (begin, finish, verdict) => {
    expect(await judge(begin, finish)).toBe(verdict);
  });
});

describe('devices', () => {
  it('are added, listed and removed, each change confirmed', async () => {
    const { cluster, person, key } = await start();
    await expect(
      person.client.createRegisterChallenge({ deviceType: 3, deviceUsage: 1 }),
    ).rejects.toMatchObject({ code: 7 });
    await register(cluster, person, key, { name: 'blue key' });
    const { devices } = await person.client.getMFADevices({});
    expect(devices.map((one) => [one.metadata?.name, one.device.case])).toEqual([
      ['otp', 'totp'],
      ['blue key', 'webauthn'],
    ]);
    await person.client.deleteMFADeviceSync({ deviceName: 'blue key', existingMfaResponse: code(cluster) });
    expect((await person.client.getMFADevices({})).devices).toHaveLength(1);
    await expect(
      person.client.deleteMFADeviceSync({ deviceName: 'otp', existingMfaResponse: code(cluster) }),
    ).rejects.toMatchObject({ code: 7 });
    await expect(person.client.deleteMFADeviceSync({ deviceName: 'otp' })).rejects.toMatchObject({ code: 7 });
  });

  it('are refused with a signature of nobody, twice under one name, and twice the same', async () => {
    const { cluster, person, key } = await start();
    const stranger = new SoftAuthenticator('https://example.org');
    await expect(register(cluster, person, stranger)).rejects.toMatchObject({ code: 7 });
    await register(cluster, person, key);
    await expect(register(cluster, person, key)).rejects.toMatchObject({ code: 6 });
  });
});

describe('a session that needs a second factor', () => {
  const ask = (person: Person, change: object = {}) =>
    person.client.createAuthenticateChallenge({
      request: { case: 'contextUser', value: {} },
      challengeExtensions: { scope: scopes.userSession },
      ...change,
    });
  const failed = (why: string) => ({ code: 7, rawMessage: `MFA response validation failed: ${why}` });

  it('is told to be needed, and confirmed by a security key once', async () => {
    const { cluster, person, key } = await start();
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
    const { cluster, person, key } = await start();
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
    const { cluster, person } = await start();
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
    const { cluster, person } = await start({ pose });
    const init = {
      username: 'wen',
      expires: { seconds: BigInt(Math.floor(Date.now() / 1000) + 600), nanos: 0 },
      routeToCluster: cluster.name,
      publicKey: await keyOf(person),
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

async function keyOf(person: Person): Promise<Uint8Array> {
  const { encodePublicKey, formatAuthorizedKey } = await import('../../main/protocol/codec/ssh/keys.ts');
  return Buffer.from(formatAuthorizedKey(encodePublicKey(person.identity.sshKey)));
}

describe('where only security keys are allowed', () => {
  it('reviews need a fresh answer in the metadata', async () => {
    const { cluster, bob, person, key } = await start();
    const id = await register(cluster, person, key);
    const asker = await signIn(cluster, bob);
    undo.push(() => asker.dispose());
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

describe('a login by web API', () => {
  const post = async (cluster: Cluster, path: string, body: unknown) => {
    const { request } = await import('node:https');
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
    const { createPublicKey } = await import('node:crypto');
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
      ssh_pub_key: Buffer.from(await keyOf(person)).toString('base64'),
      tls_pub_key: Buffer.from(
        createPublicKey(person.identity.tlsKey).export({ type: 'spki', format: 'pem' }),
      ).toString('base64'),
      totp_code: '',
      ...body,
    });
  };

  it('with password and security key works once', async () => {
    const { cluster, wen, person, key } = await start();
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
    const { cluster, person, key } = await start();
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
