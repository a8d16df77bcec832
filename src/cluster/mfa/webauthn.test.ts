import { describe, expect, it } from 'vitest';
import { fixtureCase, loadFixture } from '../../main/protocol/fixtures/fixture.ts';
import type { WebauthnDevice } from './devices.ts';
import { verifyAssertion, verifyAttestation } from './webauthn.ts';

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
