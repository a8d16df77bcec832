import { Duplex } from 'node:stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { parseSshCertificate } from '../../codec/ssh/certificate.ts';
import { signSshValue } from '../../codec/ssh/keys.ts';
import { SshReader, sshString, sshUint32 } from '../../codec/ssh/wire.ts';
import type { SshIdentity } from './identity.ts';

const maxMessageBytes = 256 * 1024;
const failure = Buffer.from([5]);
const requestIdentities = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signResponse = 14;

/** Answers one agent message (draft-miller-ssh-agent), without its length prefix. Unknown ones get "failure". */
export function answerAgentMessage(identity: SshIdentity, message: Uint8Array): Buffer {
  try {
    const reader = new SshReader(message);
    switch (reader.uint8()) {
      case requestIdentities:
        return Buffer.concat([
          Buffer.from([identitiesAnswer]),
          sshUint32(1),
          sshString(identity.certificate),
          sshString('porthole'),
        ]);
      case signRequest:
        return answerSign(identity, reader);
      default:
        return failure;
    }
  } catch {
    return failure;
  }
}

function answerSign(identity: SshIdentity, reader: SshReader): Buffer {
  const blob = reader.bytes();
  const data = reader.bytes();
  const flags = reader.uint32();
  if (!blob.equals(identity.certificate)) return failure;
  const certificate = parseSshCertificate(identity.certificate);
  const plainType = new SshReader(certificate.publicKey).text();
  const name = plainType === 'ssh-rsa' ? rsaSignatureName(flags) : plainType;
  if (name === undefined) return failure;
  const signature = Buffer.concat([
    sshString(name),
    sshString(signSshValue(identity.privateKey, name, data)),
  ]);
  return Buffer.concat([Buffer.from([signResponse]), sshString(signature)]);
}

/** SHA-1, asked for by no flag, is refused. */
function rsaSignatureName(flags: number): string | undefined {
  if ((flags & 4) !== 0) return 'rsa-sha2-512';
  return (flags & 2) === 0 ? undefined : 'rsa-sha2-256';
}

/** An agent that holds one certificate, as a byte stream: every request is answered, oversized ones end the stream. */
export function createAgentStream(identity: SshIdentity): Duplex {
  let pending = Buffer.alloc(0);
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4) {
        const length = pending.readUInt32BE(0);
        if (length > maxMessageBytes) {
          done(new AppError('answer-invalid', 'An agent message is too large.'));
          return;
        }
        if (pending.length < 4 + length) break;
        stream.push(sshString(answerAgentMessage(identity, pending.subarray(4, 4 + length))));
        pending = pending.subarray(4 + length);
      }
      done();
    },
    final(done) {
      stream.push(null);
      done();
    },
  });
  return stream;
}

/** The agent object that ssh2 forwards; it offers nothing for this side's own authentication. */
export function createForwardedAgent(BaseAgent: unknown, identity: SshIdentity): object {
  return Object.assign(new (BaseAgent as new () => object)(), {
    getIdentities: (done: (error: Error | undefined, keys: unknown[]) => void) => done(undefined, []),
    sign: (_key: unknown, _data: Buffer, ...rest: unknown[]) => {
      const done = rest.at(-1) as (error: Error) => void;
      done(new Error('not offered for authentication'));
    },
    getStream: (done: (error: undefined, stream: Duplex) => void) =>
      done(undefined, createAgentStream(identity)),
  });
}
