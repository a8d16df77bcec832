import { randomInt } from 'node:crypto';
import { type Duplex, Transform } from 'node:stream';
import { cutWhenClientLeaves, endAndClose, StreamReader } from '../streams.ts';
import { refusals } from './access.ts';
import { errorPayload, okPayload, packet, parseHandshakeResponse, serverGreeting } from './mysql-packets.ts';
import { logInToMysql, MysqlRefusal, readPacket } from './mysql-upstream.ts';
import { type DatabaseSession, DatabaseUnreachable, dialServer } from './session.ts';

const changeUser = 0x11;
/** Printable, as servers make it: clients stop at a zero byte. */
const makeSalt = () => Buffer.from(Array.from({ length: 20 }, () => randomInt(0x21, 0x7f)));
const firstThreadId = 10_000;
let threads = firstThreadId;

/** A MySQL client: greeted by the proxy, any password taken, then the server's own bytes (tunnels.md 3.7). */
export async function serveMysql(session: DatabaseSession): Promise<void> {
  const { stream } = session;
  threads += 1;
  stream.write(packet(0, serverGreeting('', threads, makeSalt())));
  const reader = new StreamReader(stream);
  const first = await readPacket(reader);
  const refuse = (text: string) => {
    stream.write(packet(first.sequence + 1, errorPayload(text)));
    endAndClose(stream);
  };
  if (first.sequence !== 1) {
    refuse(`invalid sequence ${first.sequence} != 1`);
    return;
  }
  const response = parseHandshakeResponse(first.payload);
  if (!response) {
    refuse('malformed handshake response');
    return;
  }
  const refusal = session.refusal(response.user, response.database);
  if (refusal !== undefined) {
    refuse(refusal);
    return;
  }
  try {
    const server = await dialServer(session);
    await logInToMysql(session, server, response);
    stream.write(packet(first.sequence + 1, okPayload));
    reader.release();
    joinCommands(stream, server);
  } catch (error) {
    if (error instanceof DatabaseUnreachable) refuse(refusals.down);
    else if (error instanceof MysqlRefusal) refuse(error.message);
    else throw error;
  }
}

/** Copies both ways; a client that asks to become another user is cut off. */
function joinCommands(client: Duplex, server: Duplex): void {
  const cut = () => {
    client.destroy();
    server.destroy();
  };
  cutWhenClientLeaves(client, cut);
  server.on('error', cut);
  server.once('close', () => endAndClose(client));
  const guard = new CommandGuard();
  guard.on('error', cut);
  client.pipe(guard).pipe(server, { end: false });
  server.pipe(client, { end: false });
}

/** Lets packets through as they come and fails at COM_CHANGE_USER. */
export class CommandGuard extends Transform {
  #head = Buffer.alloc(5);
  #headBytes = 0;
  #left = 0;

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, data?: Buffer) => void,
  ) {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      this.#head[this.#headBytes] = chunk[at] ?? 0;
      this.#headBytes += 1;
      at += 1;
      const length = this.#headBytes >= 4 ? this.#head.readUIntLE(0, 3) : -1;
      if (length === 0) this.#headBytes = 0;
      if (this.#headBytes < 5) continue;
      if (this.#head[3] === 0 && this.#head[4] === changeUser) {
        done(new Error('another user'));
        return;
      }
      this.#left = length - 1;
      this.#headBytes = 0;
    }
    done(null, chunk);
  }
}
