import { httpRefusal } from './http-refusal.ts';
import { mongodbRefusal } from './mongodb-refusal.ts';
import type { RefusalStep } from './refusal-step.ts';
import { sqlserverRefusal } from './sqlserver-refusal.ts';

const textLimit = 2_000;
const silent: RefusalStep = { bytes: Buffer.alloc(0), isLast: true };
const last = (bytes: Buffer): RefusalStep => ({ bytes, isLast: true });

/**
 * How a database client is told in its own protocol why it gets no session (tunnels.md 3.6, 3.7). `chunk` is what it said last;
 * empty for a client that waits for the server's first word. Protocols without words for it get none.
 */
export function refuseDatabaseClient(protocol: string, message: string, chunk: Buffer): RefusalStep {
  const text = message.slice(0, textLimit).replaceAll(/[\0\r\n]+/g, ' ');
  switch (protocol) {
    case 'postgres':
    case 'cockroachdb':
      return refusePostgres(text, chunk);
    case 'mysql':
      return last(mysqlError(text));
    case 'redis':
      return last(Buffer.from(`-ERR ${text}\r\n`));
    case 'mongodb':
      return mongodbRefusal(text, chunk) ?? silent;
    case 'sqlserver':
      return sqlserverRefusal(text, chunk) ?? silent;
    case 'elasticsearch':
    case 'opensearch':
    case 'dynamodb':
    case 'snowflake':
    case 'clickhouse-http':
      return last(httpRefusal(protocol, text));
    default:
      return silent;
  }
}

const cancelRequest = 80_877_102;
const sslRequest = 80_877_103;
const gssRequest = 80_877_104;

function refusePostgres(text: string, chunk: Buffer): RefusalStep {
  const number = chunk.length >= 8 ? chunk.readUInt32BE(4) : 0;
  if (number === cancelRequest) return silent;
  // An error in the place of this answer would not be shown.
  if (chunk.length === 8 && (number === sslRequest || number === gssRequest))
    return { bytes: Buffer.from('N'), isLast: false };
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08006\0M${text}\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeUInt32BE(fields.length + 4, 1);
  return last(Buffer.concat([head, fields]));
}

/** An ERR packet in the place of the greeting. There is no SQL state in it: nothing was agreed on yet. */
function mysqlError(text: string): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, 0x51, 0x04]), Buffer.from(text)]);
  return Buffer.concat([Buffer.from([body.length & 255, body.length >> 8, 0, 0]), body]);
}
