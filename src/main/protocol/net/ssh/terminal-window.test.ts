import { duplexPair, Readable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { expect, test, vi } from 'vitest';
import { connectSsh } from './client.ts';
import { deferWrites } from './deferred-writes.ts';
import { createSshServer } from './server.ts';
import { terminalWindowBytes } from './terminal-window.ts';
import { issue, makeAuthority } from './testing/identities.ts';

const users = makeAuthority();
const hosts = makeAuthority();
const total = 8 << 20;
const pieceBytes = 32 << 10;

/** A server that sends 8 MiB to each program, and what it may still send. */
async function connectToFlood() {
  const channels: ServerChannel[] = [];
  const windows: number[] = [];
  let given = 0;
  function* pieces() {
    given = 0;
    while (given < total) {
      given += pieceBytes;
      yield Buffer.alloc(pieceBytes, 'x');
    }
  }
  const flood = (channel: ServerChannel) => {
    channels.push(channel);
    windows.push(windowOf(channel));
    const output = Readable.from(pieces());
    output.pipe(channel, { end: false });
    output.once('end', () =>
      channel.write(Buffer.alloc(0), () => {
        channel.exit(0);
        channel.close();
      }),
    );
  };
  const server = await createSshServer({
    ident: 'Teleport test',
    hostIdentities: [issue(hosts, 'ed25519', { role: 'host', principals: ['node'] })],
    userAuthorities: () => [users.blob],
    onConnection: (connection) => {
      connection.on('session', (accept) => {
        const session = accept();
        session.on('pty', (granted) => granted?.());
        session.on('shell', (granted) => flood(granted()));
        session.on('exec', (granted) => flood(granted()));
      });
    },
  });
  const [ours, theirs] = duplexPair();
  deferWrites(ours);
  deferWrites(theirs);
  server.injectSocket(theirs as never);
  const connection = await connectSsh({
    stream: ours,
    username: 'root',
    identity: issue(users, 'ed25519'),
    host: { name: 'node', authorities: [hosts.blob], principals: ['node'] },
  });
  /** Bytes that have left the server. */
  const sent = () => given - (channels[0]?.writableLength ?? 0);
  return { connection, channels, windows, sent };
}

/** Bytes that the server may send before it hears more. */
const windowOf = (channel: ServerChannel | undefined) =>
  (channel as unknown as { outgoing: { window: number } }).outgoing.window;

test('a terminal that nobody reads holds its server back early; all of it comes when it is read', async () => {
  const { connection, channels, windows, sent } = await connectToFlood();
  const shell = await connection.openShell({ term: 'xterm', cols: 80, rows: 24 });
  let size = 0;
  shell.onData((chunk) => {
    size += chunk.length;
  });
  await vi.waitFor(() => expect(windowOf(channels[0])).toBe(0));
  expect(windows).toEqual([terminalWindowBytes]);
  // The buffer of the reader that has stopped, and one window.
  expect(sent()).toBeLessThanOrEqual(2 * terminalWindowBytes + pieceBytes);
  shell.resume();
  await shell.ended;
  expect(size).toBe(total);
  connection.dispose();
});

test('a command keeps the large window, also beside a terminal', async () => {
  const { connection, windows } = await connectToFlood();
  const shell = await connection.openShell({ term: 'xterm', cols: 80, rows: 24 });
  const command = await connection.exec('cat');
  let size = 0;
  command.onData((chunk) => {
    size += chunk.length;
  });
  command.resume();
  await command.ended;
  expect(size).toBe(total);
  expect(windows).toEqual([terminalWindowBytes, 2 << 20]);
  shell.close();
  connection.dispose();
});
