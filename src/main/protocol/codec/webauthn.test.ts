import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { brokenText, malformedRuns } from '../fixtures/malformed.ts';
import { parseLoginAssertion, toAssertionMessage, toLoginAssertion, toMfaHeader } from './webauthn.ts';

const challenge = Buffer.alloc(32, 0xfb);
const json = JSON.stringify({
  publicKey: {
    challenge: challenge.toString('base64'),
    timeout: 300_000,
    rpId: 'example.com',
    allowCredentials: [{ type: 'public-key', id: Buffer.from('key-1').toString('base64') }],
    userVerification: 'discouraged',
    extensions: { appid: 'https://example.com' },
  },
});
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const answer = {
  credentialId: new Uint8Array([0xfb, 0xff, 0xfe]),
  clientDataJson: bytes('{"type":"webauthn.get"}'),
  authenticatorData: bytes('data'),
  signature: bytes('signature'),
  userHandle: new Uint8Array(),
  usedAppId: false,
};

describe('WebAuthn', () => {
  it('reads challenges in padded base64 and answers in base64url without padding', () => {
    expect(parseLoginAssertion(JSON.parse(json))).toEqual({
      challenge: new Uint8Array(challenge),
      timeoutMs: 300_000,
      rpId: 'example.com',
      allowCredentials: [bytes('key-1')],
      userVerification: 'discouraged',
      appId: 'https://example.com',
    });
    expect(toLoginAssertion(answer)).toMatchObject({ id: '-__-', rawId: '-__-', type: 'public-key' });
    expect(toLoginAssertion(answer)).not.toHaveProperty('extensions');
  });

  it('writes the metadata of administrative calls with the names and the base64 that servers know', () => {
    const header = toMfaHeader({ response: { case: 'webauthn', value: toAssertionMessage(answer) } });
    expect(JSON.parse(Buffer.from(header, 'base64').toString())).toEqual({
      Webauthn: {
        type: 'public-key',
        rawId: '+//+',
        response: {
          clientDataJson: Buffer.from(answer.clientDataJson).toString('base64'),
          authenticatorData: Buffer.from('data').toString('base64'),
          signature: Buffer.from('signature').toString('base64'),
        },
      },
    });
    const code = toMfaHeader({ response: { case: 'totp', value: { code: '123456' } } });
    expect(JSON.parse(Buffer.from(code, 'base64').toString())).toEqual({ TOTP: { Code: '123456' } });
  });

  it('refuses malformed challenges with a coded error', () => {
    fc.assert(
      fc.property(brokenText([json]), (text) => {
        try {
          parseLoginAssertion(JSON.parse(text));
        } catch (error) {
          expect(error instanceof SyntaxError || isAppError(error, 'answer-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});
