import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseDatabaseClient } from './refusal.ts';

const protocols = [
  'postgres',
  'cockroachdb',
  'mysql',
  'redis',
  'mongodb',
  'sqlserver',
  'elasticsearch',
  'opensearch',
  'dynamodb',
  'snowflake',
  'clickhouse-http',
  'cassandra',
  'constructor',
];
const startup = (number: number) => {
  const chunk = Buffer.alloc(8);
  chunk.writeUInt32BE(8, 0);
  chunk.writeUInt32BE(number, 4);
  return chunk;
};
const mongo = (opcode: number) => {
  const chunk = Buffer.alloc(21);
  chunk.writeInt32LE(chunk.length, 0);
  chunk.writeInt32LE(7, 4);
  chunk.writeInt32LE(opcode, 12);
  return chunk;
};

describe('a refusal in the words of the database', () => {
  it('declines TLS and GSS of a PostgreSQL client first, which would not show an error there', () => {
    for (const number of [80_877_103, 80_877_104])
      expect(refuseDatabaseClient('postgres', 'no', startup(number))).toEqual({
        bytes: Buffer.from('N'),
        isLast: false,
      });
    const { bytes, isLast } = refuseDatabaseClient('postgres', 'no', startup(196_608));
    expect(bytes.toString('latin1')).toBe('E\0\0\0\u001eSFATAL\0VFATAL\0C08006\0Mno\0\0');
    expect(isLast).toBe(true);
  });

  it('says nothing to a request to cancel, which waits for a close', () => {
    expect(refuseDatabaseClient('postgres', 'no', startup(80_877_102))).toEqual({
      bytes: Buffer.alloc(0),
      isLast: true,
    });
  });

  it('greets a MySQL client with an ERR packet', () => {
    expect(refuseDatabaseClient('mysql', 'no', Buffer.alloc(0)).bytes).toEqual(
      Buffer.from([5, 0, 0, 0, 0xff, 0x51, 0x04, 0x6e, 0x6f]),
    );
  });

  it('keeps to one line, as Redis needs it', () => {
    expect(refuseDatabaseClient('redis', 'a\r\n+OK\nb', Buffer.from('PING')).bytes.toString()).toBe(
      '-ERR a +OK b\r\n',
    );
  });

  it('answers a MongoDB command with a document that says no', () => {
    const { bytes } = refuseDatabaseClient('mongodb', 'no', mongo(2013));
    expect(bytes.readInt32LE(0)).toBe(bytes.length);
    expect([bytes.readInt32LE(8), bytes.readInt32LE(12), bytes.readInt32LE(16), bytes[20]]).toEqual([
      7, 2013, 0, 0,
    ]);
    expect(bytes.readInt32LE(21)).toBe(bytes.length - 21);
    expect(bytes.includes('\x02errmsg\0\x03\0\0\0no\0')).toBe(true);
    expect(bytes.at(-1)).toBe(0);
  });

  it('answers the older form of a MongoDB command, too', () => {
    const { bytes } = refuseDatabaseClient('mongodb', 'no', mongo(2004));
    expect([bytes.readInt32LE(12), bytes.readInt32LE(16), bytes.readInt32LE(32)]).toEqual([1, 2, 1]);
    expect(bytes.readInt32LE(36)).toBe(bytes.length - 36);
  });

  it('lets a SQL Server client come to its login, where it shows an error', () => {
    const first = refuseDatabaseClient('sqlserver', 'nö', Buffer.from([0x12, 1]));
    expect(first).toMatchObject({ isLast: false });
    expect(first.bytes.readUInt16BE(2)).toBe(first.bytes.length);
    const { bytes, isLast } = refuseDatabaseClient('sqlserver', 'nö', Buffer.from([0x10, 1]));
    expect(isLast).toBe(true);
    expect(bytes.readUInt16BE(2)).toBe(bytes.length);
    expect(bytes[8]).toBe(0xaa);
    // The token's length leads to the DONE token.
    expect(bytes[8 + 3 + bytes.readUInt16LE(9)]).toBe(0xfd);
    expect(bytes.includes(Buffer.from('nö', 'utf16le'))).toBe(true);
  });

  it.each(['elasticsearch', 'dynamodb', 'snowflake', 'clickhouse-http'])(
    'answers %s over HTTP',
    (protocol) => {
      const text = refuseDatabaseClient(
        protocol,
        'nö',
        Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      ).bytes.toString();
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(head).toContain('HTTP/1.1 503');
      expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
      expect(body).toContain('nö');
    },
  );

  it('takes whatever a client says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...protocols),
        fc.string({ maxLength: 3_000, unit: 'binary' }),
        fc.uint8Array({ maxLength: 64 }),
        (protocol, message, chunk) => {
          const { bytes, isLast } = refuseDatabaseClient(protocol, message, Buffer.from(chunk));
          expect(bytes.length).toBeLessThan(20_000);
          expect(isLast || bytes.length > 0).toBe(true);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
