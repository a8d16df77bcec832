import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureCase, loadFixture } from '../../main/protocol/fixtures/fixture.ts';
import { brokenBytes, malformedRuns } from '../../main/protocol/fixtures/malformed.ts';
import { CopyIn } from './copy-in.ts';
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
import {
  cancelRequest,
  message,
  MessageSplitter,
  parseErrorFields,
  parseStartup,
  sslRequest,
  startupLength,
  startupMessage,
} from './postgres-messages.ts';
import { PreparedNames } from './prepared-names.ts';
import { CommandSplitter, respCommand, RespScanner } from './resp.ts';
import { ScramClient } from './scram.ts';

const sessions = loadFixture('tunnels/v18/db-sessions.json');
/** What one side said first in a recording. */
function said(name: string, from: 'client' | 'proxy'): Buffer {
  const exchange = fixtureCase(sessions, name)['exchange'] as { from: string; b64: string }[];
  return Buffer.from(exchange.find((piece) => piece.from === from)?.b64 ?? '', 'base64');
}
const runs = { numRuns: malformedRuns };

describe('PostgreSQL', () => {
  it('packets before startup are read from recordings', () => {
    const startup = said('pg-select', 'client');
    expect(startupLength(startup)).toBe(startup.length - 4);
    const packet = parseStartup(startup.subarray(4));
    expect(packet.kind === 'startup' && Object.fromEntries(packet.parameters)).toEqual({
      user: 'lab',
      database: 'labdb',
      application_name: 'fixture',
    });
    expect(parseStartup(said('pg-sslrequest', 'client').subarray(4))).toEqual({ kind: 'ssl' });
    expect(parseStartup(said('pg-gssenc', 'client').subarray(4))).toEqual({ kind: 'gss' });
    expect(parseStartup(said('pg-garbage', 'client').subarray(4))).toEqual({ kind: 'unknown' });
    expect(said('pg-sslrequest', 'client').equals(sslRequest)).toBe(true);
  });

  it('startup and cancel requests survive a round trip', () => {
    const parameters = new Map([
      ['user', 'ann'],
      ['options', '-c a=b'],
    ]);
    const parsed = parseStartup(startupMessage(parameters).subarray(4));
    expect(parsed.kind === 'startup' && parsed.parameters).toEqual(parameters);
    const key = Buffer.from('12345678');
    expect(parseStartup(cancelRequest(key).subarray(4))).toEqual({ kind: 'cancel', key });
  });

  it('messages are split however they are cut, as recorded', () => {
    const answer = said('pg-select', 'proxy');
    for (const size of [1, 3, 7, 1000]) {
      const splitter = new MessageSplitter();
      const types: string[] = [];
      for (let at = 0; at < answer.length; at += size)
        types.push(...(splitter.push(answer.subarray(at, at + size)) ?? []).map(({ type }) => type));
      expect(types.slice(0, 2)).toEqual(['R', 'K']);
      expect(types.at(-1)).toBe('Z');
    }
    const refusal = said('pg-user-refused', 'proxy');
    expect(parseErrorFields(refusal.subarray(5)).get('M')).toMatch(/^access to db denied/);
  });

  it('bytes that are malformed do no harm', () => {
    const valid = [said('pg-select', 'client'), said('pg-select', 'proxy'), cancelRequest(Buffer.alloc(8))];
    fc.assert(
      fc.property(brokenBytes(valid), (bytes) => {
        const buffer = Buffer.from(bytes);
        if (buffer.length >= 4) startupLength(buffer);
        const { kind } = parseStartup(buffer.subarray(4));
        expect(['startup', 'cancel', 'ssl', 'gss', 'unknown']).toContain(kind);
        const names = new PreparedNames('c1_');
        for (const next of new MessageSplitter().push(buffer) ?? []) {
          parseErrorFields(next.body);
          names.translate(next);
          new CopyIn().take(next);
        }
      }),
      runs,
    );
  });

  it('statements get names of their own, unnamed ones stay unnamed', () => {
    const names = new PreparedNames('c7_');
    const text = (type: string, body: string) =>
      names
        .translate({ type, body: Buffer.from(body) })
        .subarray(5)
        .toString();
    expect(text('P', 's\0SELECT 1\0')).toBe('c7_s\0SELECT 1\0');
    expect(text('P', '\0SELECT 1\0')).toBe('\0SELECT 1\0');
    expect(text('B', 'portal\0s\0rest')).toBe('portal\0c7_s\0rest');
    expect(text('D', 'Ss\0')).toBe('Sc7_s\0');
    expect(text('D', 'Pportal\0')).toBe('Pportal\0');
    expect(names.deallocations()).toEqual(['DEALLOCATE "c7_s"']);
  });

  it('COPY from the client runs when its data is complete', () => {
    const copy = new CopyIn();
    expect(copy.take({ type: 'Q', body: Buffer.from('SELECT 1\0') }).kind).toBe('pass');
    expect(copy.take({ type: 'Q', body: Buffer.from('COPY t FROM STDIN\0') }).kind).toBe('answer');
    expect(copy.take({ type: 'd', body: Buffer.from('1\n') }).kind).toBe('answer');
    const done = copy.take({ type: 'c', body: Buffer.alloc(0) });
    expect(done.kind === 'done' && done.bytes.toString()).toContain('COPY t FROM STDIN');
    const rest = message('C', Buffer.from('COPY 1\0'));
    const answer = Buffer.concat([message('G', Buffer.from([0, 0, 0])), rest]);
    expect(Buffer.from(CopyIn.withoutInvitation(answer)).equals(rest)).toBe(true);
  });

  it('SCRAM is that of RFC 7677, and refuses a server that does not know the password', () => {
    const client = new ScramClient('pencil');
    const nonce = /r=(.*)$/.exec(client.first())?.[1] ?? '';
    expect(client.final(`r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)).toMatch(
      /^c=biws,r=.*,p=[\w+/]{43}=$/,
    );
    expect(client.accepts('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(false);
    expect(client.final('r=other,s=AAAA,i=1')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => void new ScramClient('x').final(text)),
      runs,
    );
  });
});

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

describe('RESP', () => {
  const values = '+OK\r\n-ERR x\r\n:1\r\n$5\r\nhello\r\n$-1\r\n*2\r\n$1\r\na\r\n*1\r\n:2\r\n*0\r\n*-1\r\n';

  it('values are counted however they are cut', () => {
    const bytes = Buffer.from(values);
    for (const size of [1, 2, 3, 1000]) {
      const scanner = new RespScanner();
      let count = 0;
      for (let at = 0; at < bytes.length; at += size)
        count += scanner.push(bytes.subarray(at, at + size)).length;
      expect(count).toBe(8);
    }
  });

  it('commands are split, and only the wanted ones are read', () => {
    const stream = Buffer.concat([
      Buffer.from('ping\r\n\r\n'),
      respCommand('SET', 'k', 'v'.repeat(100_000)),
      respCommand('auth', 'ann', 'p w'),
      Buffer.from('AUTH x\r\n'),
    ]);
    for (const size of [1, 7, 1000, 1_000_000]) {
      const splitter = new CommandSplitter((name) => name === 'AUTH');
      const pieces = [];
      for (let at = 0; at < stream.length; at += size)
        pieces.push(...splitter.push(stream.subarray(at, at + size)));
      const commands = pieces.filter((piece) => piece.kind === 'command');
      expect(commands.map(({ args }) => args)).toEqual([['ann', 'p w'], ['x']]);
      expect(pieces.filter((piece) => piece.kind === 'bytes' && piece.isEnd)).toHaveLength(2);
    }
  });

  it('bytes that are malformed end in an error or in fewer commands', () => {
    const valid = [Buffer.from(values), respCommand('AUTH', 'a', 'b'), said('redis-ping', 'client')];
    const tolerate = (work: () => void) => {
      try {
        work();
      } catch (error) {
        expect((error as Error).message).toMatch(/^(a|nested) /);
      }
    };
    fc.assert(
      fc.property(brokenBytes(valid), (bytes) => {
        tolerate(() => {
          expect(new RespScanner().push(Buffer.from(bytes)).length).toBeLessThanOrEqual(bytes.length);
        });
        tolerate(() => {
          const pieces = new CommandSplitter((name) => name === 'AUTH').push(Buffer.from(bytes));
          const total = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
          expect(total).toBeLessThanOrEqual(bytes.length);
        });
      }),
      runs,
    );
  });
});
