import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBytes, malformedRuns } from '../../main/protocol/fixtures/malformed.ts';
import { said } from '../testing/database-recordings.ts';
import { CommandGuard } from './mysql-front.ts';
import {
  capability,
  handshakeResponse,
  nativePassword,
  packet,
  parseGreeting,
  parseHandshakeResponse,
  passwordProof,
  quoteError,
  serverGreeting,
} from './mysql-packets.ts';

const runs = { numRuns: malformedRuns };

describe('MySQL', () => {
  it('greetings are those of a real proxy', () => {
    const greeting = said('mysql-greeting', 'proxy');
    const parsed = parseGreeting(greeting.subarray(4));
    expect(parsed).toMatchObject({ version: '5.5.5-10.11.19-MariaDB-0+deb12u1', plugin: nativePassword });
    expect(parsed?.salt.length).toBe(20);
    const own = serverGreeting(
      parsed?.version ?? '',
      greeting.readUInt32LE(38),
      parsed?.salt ?? Buffer.alloc(20),
    );
    expect(packet(0, own).equals(greeting)).toBe(true);
  });

  it('answers to greetings are read from recordings and survive a round trip', () => {
    const answer = parseHandshakeResponse(said('mariadb-select', 'client').subarray(4));
    expect(answer).toMatchObject({ user: 'lab', database: 'labdb', charset: 33 });
    const written = handshakeResponse({
      capabilities:
        (capability.protocol41 | capability.secureConnection | capability.connectWithDatabase) >>> 0,
      charset: 45,
      user: 'ann',
      database: 'shop',
      plugin: nativePassword,
      secret: passwordProof(nativePassword, 'secret', Buffer.alloc(20, 1)) ?? Buffer.alloc(0),
    });
    expect(parseHandshakeResponse(written)).toMatchObject({ user: 'ann', database: 'shop', charset: 45 });
  });

  it('errors of the server are quoted', () => {
    const error = Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000Access denied')]);
    expect(quoteError(error)).toBe('ERROR 1045 (28000): Access denied');
  });

  it('bytes that are malformed do no harm', () => {
    const valid = ['mysql-greeting', 'mariadb-select'].flatMap((name) => [
      said(name, 'proxy').subarray(4),
      said('mariadb-select', 'client').subarray(4),
    ]);
    fc.assert(
      fc.property(brokenBytes(valid), (bytes) => {
        const buffer = Buffer.from(bytes);
        const greeting = parseGreeting(buffer);
        expect(greeting === undefined || greeting.salt.length <= 20).toBe(true);
        const answer = parseHandshakeResponse(buffer);
        expect(answer === undefined || typeof answer.user === 'string').toBe(true);
        quoteError(buffer);
      }),
      runs,
    );
  });

  it('only a change of the user is held back, however the packets are cut', async () => {
    const pass = async (stream: Buffer, size: number) => {
      const guard = new CommandGuard();
      let error: Error | undefined;
      guard.on('error', (reason) => {
        error = reason;
      });
      for (let at = 0; at < stream.length; at += size) guard.write(stream.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
      const out = (guard.read() as Buffer | null) ?? Buffer.alloc(0);
      return { out, isCut: guard.destroyed || error !== undefined };
    };
    const queries = Buffer.concat([
      packet(0, Buffer.from('\x03select 1')),
      packet(1, Buffer.from([0x11, 1])),
      packet(2, Buffer.alloc(0)),
      packet(0, Buffer.from([0x0e])),
    ]);
    for (const size of [1, 2, 5, 100]) {
      expect((await pass(queries, size)).out.equals(queries)).toBe(true);
      const withChange = Buffer.concat([queries, packet(0, Buffer.from([0x11, 65]))]);
      expect((await pass(withChange, size)).isCut).toBe(true);
    }
  });

  it('a change of the user is found in bytes that are malformed, and nothing else is held back', () => {
    const commands = fc.array(
      fc
        .tuple(fc.nat(3), fc.uint8Array({ maxLength: 12 }), fc.boolean())
        .map(([sequence, bytes, changes]) =>
          packet(sequence, Buffer.from(changes ? [0x11, ...bytes] : bytes)),
        ),
      { maxLength: 6 },
    );
    const streams = fc.oneof(
      commands.map((packets) => Buffer.concat(packets)),
      brokenBytes([
        Buffer.concat([packet(0, Buffer.from('\x03select 1')), packet(0, Buffer.from([0x11, 65]))]),
      ]),
    );
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        const stream = Buffer.from(bytes);
        const guard = new CommandGuard();
        const out: Buffer[] = [];
        let isCut = false;
        for (let at = 0; at < stream.length && !isCut; at += size)
          guard._transform(stream.subarray(at, at + size), 'utf8', (error, data) => {
            isCut = Boolean(error);
            if (data) out.push(data);
          });
        expect(isCut).toBe(changesUser(stream));
        const passed = Buffer.concat(out);
        expect(passed.equals(stream.subarray(0, passed.length))).toBe(true);
        if (!isCut) expect(passed.length).toBe(stream.length);
      }),
      runs,
    );
  });
});

/** Over the whole stream at once: a first packet of a command, with the number of COM_CHANGE_USER. */
function changesUser(stream: Buffer): boolean {
  for (let at = 0; at + 5 <= stream.length; at += 4 + stream.readUIntLE(at, 3))
    if (stream.readUIntLE(at, 3) > 0 && stream[at + 3] === 0 && stream[at + 4] === 0x11) return true;
  return false;
}
