import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors/app-error.ts';
import { parseSearch } from '../../shared/search/query.ts';
import { parseAccountUri, parseClusterUri, parseRequestUri, parseResourceUri } from '../../shared/uri/uri.ts';
import { decodeClusterName, encodeClusterName } from './codec/cluster-name.ts';
import { errorFromGrpc } from './codec/grpc-error.ts';
import { checkServerVersion, versionWarnings } from './codec/server-version.ts';
import { encodePublicKey } from './codec/ssh/keys.ts';
import { brokenBytes, brokenText, malformedRuns } from './fixtures/malformed.ts';
import { answerAgentMessage } from './net/ssh/agent.ts';
import { errorFromServerText } from './net/ssh/ssh-errors.ts';
import { issue, makeAuthority } from './net/ssh/testing/identities.ts';

/** Text that a far side chooses; what reads it answers with a value or a coded error, whatever it is. */
const texts: Readonly<Record<string, { valid: readonly string[]; read: (text: string) => unknown }>> = {
  'a server version': { valid: ['18.0.0', '15.0.0-dev.3+git', 'v11.1.2'], read: readVersion },
  'the text of a gRPC refusal': {
    valid: ['access denied to login "root"', 'lock targeting User:"bob" is in force', 'a\n\tb\nlast line'],
    read: (text) => errorFromGrpc(text.length % 18, text),
  },
  'the text of an SSH refusal': {
    valid: ['ssh: handshake failed: ssh: unable to authenticate', 'access denied to root connecting to node'],
    read: errorFromServerText,
  },
  'an encoded cluster name': { valid: [encodeClusterName('lab.example')], read: decodeClusterName },
  'an address of the app': {
    valid: ['/clusters/a.b:443/users/alice/servers/one', '/clusters/a.b:443/users/alice/requests/one'],
    read: (text) => [
      parseClusterUri(text),
      parseAccountUri(text),
      parseResourceUri(text),
      parseRequestUri(text),
    ],
  },
  'a search': {
    valid: ['env:prod web', 'labels["env"] == "prod" && name == "a"', '"two words"'],
    read: parseSearch,
  },
};

function readVersion(version: string): unknown {
  checkServerVersion(version);
  return versionWarnings(version);
}

describe('malformed text', () => {
  it.each(Object.entries(texts))('of %s is borne', (_name, { valid, read }) => {
    fc.assert(
      fc.property(brokenText(valid), (text) => {
        try {
          read(text);
        } catch (error) {
          expect(isAppError(error)).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});

describe('malformed messages to the forwarded agent', () => {
  it('are answered, and never signed by mistake', () => {
    const identity = issue(makeAuthority(), 'ed25519');
    const key = encodePublicKey(generateKeyPairSync('ed25519').privateKey);
    const length = (bytes: Uint8Array) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(bytes.length);
      return Buffer.concat([head, bytes]);
    };
    const foreign = Buffer.concat([
      Buffer.from([13]),
      length(key),
      length(Buffer.from('data')),
      Buffer.alloc(4),
    ]);
    const signResponse = 14;
    fc.assert(
      fc.property(brokenBytes([foreign, Buffer.from([11])]), (message) => {
        const answer = answerAgentMessage(identity, message);
        expect(answer.length).toBeGreaterThan(0);
        expect(answer[0]).not.toBe(signResponse);
      }),
      { numRuns: malformedRuns },
    );
  });
});
