import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../shared/errors/app-error.ts';
import { fixtureCase, loadFixture } from '../../fixtures/fixture.ts';
import { brokenText, malformedRuns } from '../../fixtures/malformed.ts';
import { parseLoginAnswer, parseLoginChallenge, parseMessageOfTheDay, parsePing } from './answers.ts';
import { errorFromHttp } from './http-error.ts';

interface Recorded {
  readonly status: number;
  readonly body: unknown;
}

function recorded(file: string, name: string): Recorded {
  return fixtureCase(loadFixture(file), name)['response'] as Recorded;
}
const bodyOf = (file: string, name: string) => JSON.stringify(recorded(file, name).body);

describe('ping', () => {
  it('reads that of v18', () => {
    expect(parsePing(bodyOf('login/v18/ping.json', 'ping'))).toMatchObject({
      serverVersion: '18.0.0',
      clusterName: 'lab.example',
      authKind: 'local',
      secondFactor: 'on',
      signatureSuite: 'balanced-v1',
      tlsRouting: true,
    });
  });

  it('reads those of v11 and v15, with TLS routing on and off', () => {
    for (const [version, prefix] of [
      ['v11', '11.'],
      ['v15', '15.'],
    ]) {
      const { cases } = loadFixture(`login/${version}/ping-find.json`);
      const pings = cases.filter(({ name }) => name.endsWith(': ping'));
      expect(pings.length).toBeGreaterThan(1);
      const parsed = pings.map((entry) => parsePing(JSON.stringify((entry['response'] as Recorded).body)));
      for (const ping of parsed) {
        expect(ping.serverVersion.startsWith(prefix ?? '')).toBe(true);
        expect(ping.signatureSuite).toBe('legacy');
      }
      expect(new Set(parsed.map((ping) => ping.tlsRouting))).toEqual(new Set([true, false]));
    }
  });

  it('says of anything else that it is no Teleport proxy', () => {
    for (const text of ['<html></html>', '{}', '[]', '{"server_version":18}', '']) {
      expect(() => parsePing(text)).toThrow(expect.objectContaining({ code: 'not-teleport' }));
    }
  });
});

describe('login', () => {
  it('reads challenges and answers of v11, v15 and v18', () => {
    expect(parseLoginChallenge(bodyOf('login/v18/login-totp.json', 'begin'))).toEqual({
      oneTimeCode: true,
      securityKey: undefined,
    });
    expect(parseLoginChallenge(bodyOf('login/v11/login.json', 'begin ok')).oneTimeCode).toBe(true);
    const answer = parseLoginAnswer(bodyOf('login/v18/login-totp.json', 'finish'));
    expect(answer.userName).toBe('hl-ann');
    expect(answer.sshCertificate).toMatch(/^ssh-ed25519-cert-v01@openssh\.com /);
    expect(answer.tlsCertificate).toMatch(/^-----BEGIN CERTIFICATE/);
    expect(answer.authorities).toHaveLength(1);
    expect(answer.authorities[0]?.sshKeys[0]).toMatch(/^ssh-ed25519 /);
  });

  it('tells the recorded refusals apart', () => {
    const codeOf = (file: string, name: string) => {
      const { status, body } = recorded(file, name);
      return errorFromHttp(status, typeof body === 'string' ? body : JSON.stringify(body)).code;
    };
    expect(codeOf('login/v18/login-totp.json', 'finish, code reused')).toBe('code-wrong');
    expect(codeOf('login/v11/login.json', 'begin wrong password')).toBe('credentials-wrong');
    const errors = loadFixture('login/v18/login-totp.json').cases.filter(
      (entry) => (entry['response'] as Recorded).status >= 400,
    );
    for (const entry of errors) {
      const { status, body } = entry['response'] as Recorded;
      const error = errorFromHttp(status, JSON.stringify(body));
      expect(error.message).not.toBe('');
      if (status === 403) expect(error.code).not.toBe('server-error');
    }
  });

  it('knows throttling, locks and pages that are no Teleport', () => {
    expect(errorFromHttp(429, '{"error":{"message":"rate limit exceeded, try again in 3s"}}').code).toBe(
      'rate-limited',
    );
    expect(
      errorFromHttp(403, '{"error":{"message":"lock targeting User:\\"x\\" is in force: gone"}}'),
    ).toMatchObject({
      code: 'user-locked',
      reason: expect.stringContaining('gone'),
    });
    expect(
      errorFromHttp(403, '{"error":{"message":"too many incorrect attempts, please try again later"}}').code,
    ).toBe('too-many-attempts');
    expect(errorFromHttp(502, '<html>Bad gateway</html>').code).toBe('not-teleport');
    for (const text of ['your password has expired', 'password must be changed', 'expired password'])
      expect(errorFromHttp(403, JSON.stringify({ error: { message: text } })).code).toBe('password-expired');
  });
});

describe('malformed answers', () => {
  const parsers = { parsePing, parseLoginChallenge, parseLoginAnswer, parseMessageOfTheDay };
  const samples = [
    bodyOf('login/v18/ping.json', 'ping'),
    bodyOf('login/v18/login-totp.json', 'begin'),
    bodyOf('login/v18/login-totp.json', 'finish'),
  ];
  for (const [name, parse] of Object.entries(parsers)) {
    it(`give ${name} a coded error`, () => {
      fc.assert(
        fc.property(brokenText(samples), (text) => {
          try {
            parse(text);
          } catch (error) {
            expect(isAppError(error, 'not-teleport', 'answer-invalid')).toBe(true);
          }
        }),
        { numRuns: malformedRuns },
      );
    });
  }

  it('give every status an error', () => {
    fc.assert(
      fc.property(fc.integer({ min: 201, max: 599 }), brokenText(samples), (status, body) => {
        expect(isAppError(errorFromHttp(status, body))).toBe(true);
      }),
      { numRuns: malformedRuns },
    );
  });
});
