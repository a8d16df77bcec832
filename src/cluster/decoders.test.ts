import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../shared/errors/app-error.ts';
import { brokenBytes, malformedRuns } from '../main/protocol/fixtures/malformed.ts';
import { parseClientHello } from './client-hello.ts';
import { compilePredicate } from './predicate.ts';
import { loginsFor, roleMatches } from './roles.ts';
import { parseProxySubsystem } from './ssh-proxy.ts';
import { matchOneTimeCode, oneTimeCode } from './totp.ts';

/** The first bytes that Node's own TLS client sends. */
async function recordHello(servername: string, alpn: string[]): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connect({ port, host: '127.0.0.1', servername, ALPNProtocols: alpn });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return chunk;
}

describe('ClientHello', () => {
  it('tells name and protocols, also when it comes in pieces', async () => {
    const hello = await recordHello('proxy.example', ['teleport-proxy-ssh', 'h2']);
    expect(parseClientHello(hello)).toEqual({
      serverName: 'proxy.example',
      alpn: ['teleport-proxy-ssh', 'h2'],
    });
    for (let length = 0; length < hello.length; length += 1)
      expect(parseClientHello(hello.subarray(0, length))).toBe('incomplete');
  });

  it('that is malformed is refused without a crash', async () => {
    const hello = await recordHello('a', ['h2']);
    fc.assert(
      fc.property(brokenBytes([hello]), (bytes) => {
        const result = parseClientHello(Buffer.from(bytes));
        expect(result === undefined || result === 'incomplete' || Array.isArray(result.alpn)).toBe(true);
      }),
      { numRuns: malformedRuns },
    );
  });
});

describe('predicates', () => {
  const subject = {
    name: 'web-1',
    labels: { env: 'prod', 'a/b': 'c' },
    matchesKeywords: (words: readonly string[]) => words.every((word) => 'web-1 prod'.includes(word)),
  };
  it.each([
    ['name == "web-1"', true],
    ['labels.env == "prod" && !(name == "x")', true],
    ['labels["a/b"] == "c"', true],
    ['resource.metadata.labels["env"] != "prod"', false],
    ['exists(labels.nope) || hasPrefix(name, "web")', true],
    ['equals(name, "web-1") && search("web", "prod")', true],
    ['unknown.variable == "x"', false],
  ])('%s is %s', (source, expected) => {
    expect(compilePredicate(source)(subject)).toBe(expected);
  });

  it('with mistakes are refused with a coded error, whatever they are', () => {
    for (const wrong of ['name ==', '(', 'foo(name)', "name == 'x'", 'name == "x', '']) {
      expect(() => compilePredicate(wrong), wrong).toThrow(
        expect.objectContaining({ code: 'query-invalid' }),
      );
    }
    const parts = fc.constantFrom(
      'name',
      'labels',
      '.',
      '[',
      ']',
      '"a"',
      '==',
      '!=',
      '&&',
      '||',
      '!',
      '(',
      ')',
      ',',
      'search',
      ' ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (tokens) => {
        try {
          expect(typeof compilePredicate(tokens.join(''))(subject)).toBe('boolean');
        } catch (error) {
          expect(isAppError(error, 'query-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});

describe('proxy subsystems', () => {
  it('are read as the grammar says', () => {
    expect(parseProxySubsystem('proxy:node:0@default@root')).toEqual({ host: 'node', cluster: 'root' });
    expect(parseProxySubsystem('proxy:node:0@root')).toEqual({ host: 'node', cluster: 'root' });
    expect(parseProxySubsystem('proxy:[::1]:22')).toEqual({ host: '[::1]', cluster: '' });
    expect(parseProxySubsystem('proxy:n:0@default@a@b')).toEqual({ host: 'n', cluster: 'a@b' });
    expect(parseProxySubsystem('shell')).toBeUndefined();
    expect(parseProxySubsystem('proxy:a:b:c')).toBeUndefined();
  });

  it('bear any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseProxySubsystem(`proxy:${text}`);
        expect(parsed === undefined || typeof parsed.host === 'string').toBe(true);
      }),
      { numRuns: malformedRuns },
    );
  });
});

describe('one-time codes', () => {
  it('are those of RFC 6238', () => {
    const secret = Buffer.from('12345678901234567890');
    expect(oneTimeCode(secret, new Date(59_000))).toBe('287082');
    expect(oneTimeCode(secret, new Date(1_111_111_109_000))).toBe('081804');
    expect(oneTimeCode(secret, new Date(20_000_000_000_000))).toBe('353130');
  });

  it('are taken one step early or late, and no more', () => {
    const secret = Buffer.from('12345678901234567890');
    const at = new Date(1_000_000_000_000);
    for (const shift of [-30_000, 0, 30_000])
      expect(matchOneTimeCode(secret, oneTimeCode(secret, new Date(at.getTime() + shift)), at)).toBeDefined();
    for (const shift of [-90_000, 90_000])
      expect(
        matchOneTimeCode(secret, oneTimeCode(secret, new Date(at.getTime() + shift)), at),
      ).toBeUndefined();
  });
});

describe('roles', () => {
  it('match by labels', () => {
    const role = { name: 'r', logins: ['b', 'a'], serverLabels: { env: ['prod', 'stage'], team: ['*'] } };
    expect(roleMatches(role, { env: 'prod', team: 'x' })).toBe(true);
    expect(roleMatches(role, { env: 'prod' })).toBe(false);
    expect(roleMatches({ ...role, serverLabels: {} }, { env: 'prod' })).toBe(false);
    expect(loginsFor([role, { ...role, logins: ['a', 'c'] }], { env: 'stage', team: 'y' })).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
