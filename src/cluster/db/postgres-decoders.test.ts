import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBytes, malformedRuns } from '../../main/protocol/fixtures/malformed.ts';
import { said } from '../testing/database-recordings.ts';
import { CopyIn } from './copy-in.ts';
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
import { ScramClient } from './scram.ts';

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
