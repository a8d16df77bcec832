import { constants, publicEncrypt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { StreamReader } from '../streams.ts';
import {
  cachingSha2,
  capability,
  type Greeting,
  handshakeResponse,
  type HandshakeResponse,
  maskPassword,
  nativePassword,
  offeredCapabilities,
  packet,
  parseGreeting,
  passwordProof,
  quoteError,
} from './mysql-packets.ts';
import { type DatabaseSession, DatabaseUnreachable } from './session.ts';

const maxLoginBytes = 1 << 16;
const mark = { ok: 0x00, moreData: 0x01, switchPlugin: 0xfe, error: 0xff } as const;
const wantPublicKey = 2;
const fastAuthDone = 3;

/** What the server said against a login, in the words of the cluster. */
export class MysqlRefusal extends Error {}

export async function readPacket(reader: StreamReader): Promise<{ sequence: number; payload: Buffer }> {
  const head = await reader.take(4);
  const length = head.readUIntLE(0, 3);
  if (length > maxLoginBytes) return { sequence: head.readUInt8(3), payload: Buffer.alloc(0) };
  return { sequence: head.readUInt8(3), payload: await reader.take(length) };
}

/** Logs in for the client with what both sides can do, so that the bytes can be copied from then on. */
export async function logInToMysql(
  { database }: DatabaseSession,
  socket: Duplex,
  client: HandshakeResponse,
): Promise<void> {
  const { target } = database;
  const password = (target.kind === 'server' && target.passwordOf?.(client.user)) || '';
  const reader = new StreamReader(socket);
  try {
    const first = await readPacket(reader);
    if (first.payload[0] === mark.error) throw new MysqlRefusal(quoteError(first.payload));
    const greeting = parseGreeting(first.payload);
    if (!greeting) throw new DatabaseUnreachable();
    socket.write(packet(first.sequence + 1, answerGreeting(greeting, client, password)));
    await finish(reader, socket, password, greeting.salt);
    reader.release();
  } catch (error) {
    socket.destroy();
    if (error instanceof MysqlRefusal) throw error;
    throw new DatabaseUnreachable();
  }
}

function answerGreeting(greeting: Greeting, client: HandshakeResponse, password: string): Buffer {
  const plugin = greeting.plugin === cachingSha2 ? cachingSha2 : nativePassword;
  const both =
    client.capabilities &
    offeredCapabilities &
    greeting.capabilities &
    ~(capability.connectAttributes | capability.pluginAuthLengthEncoded | capability.connectWithDatabase);
  const needed = capability.protocol41 | capability.secureConnection | capability.pluginAuth;
  const withDatabase = client.database === '' ? 0 : capability.connectWithDatabase;
  return handshakeResponse({
    ...client,
    // Whether the server counts as MySQL decides how clients read its further abilities: as the client was told.
    capabilities: (both | needed | withDatabase | capability.longPassword) >>> 0,
    plugin,
    secret: passwordProof(plugin, password, greeting.salt) ?? Buffer.alloc(0),
  });
}

/** Goes on until OK or ERR. */
async function finish(reader: StreamReader, socket: Duplex, password: string, salt: Buffer): Promise<void> {
  let currentSalt = salt;
  for (;;) {
    const { sequence, payload } = await readPacket(reader);
    switch (payload[0]) {
      case mark.ok:
        return;
      case mark.error:
        throw new MysqlRefusal(quoteError(payload));
      case mark.switchPlugin: {
        const end = payload.indexOf(0, 1);
        const plugin = payload.toString('latin1', 1, end < 0 ? payload.length : end);
        currentSalt = end < 0 ? salt : payload.subarray(end + 1, end + 21);
        const proof = passwordProof(plugin, password, currentSalt);
        if (!proof) throw new MysqlRefusal(`ERROR 1251 (08004): the login plugin ${plugin} is not supported`);
        socket.write(packet(sequence + 1, proof));
        break;
      }
      case mark.moreData:
        answerMore(socket, sequence, payload.subarray(1), password, currentSalt);
        break;
      default:
        throw new DatabaseUnreachable();
    }
  }
}

/** `caching_sha2_password` when the server does not know the password by heart: encrypted with its key. */
function answerMore(socket: Duplex, sequence: number, data: Buffer, password: string, salt: Buffer): void {
  if (data.length === 1 && data[0] === fastAuthDone) return;
  if (data.length === 1) {
    socket.write(packet(sequence + 1, Buffer.from([wantPublicKey])));
    return;
  }
  const key = { key: data.toString('latin1'), padding: constants.RSA_PKCS1_OAEP_PADDING };
  socket.write(packet(sequence + 1, publicEncrypt(key, maskPassword(password, salt))));
}
