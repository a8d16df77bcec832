import { Readable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { expect, test, vi } from 'vitest';
import { terminalWindowBytes } from './terminal-window.ts';
import { connectToOwnServer } from './testing/own-server.ts';

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
  const { connection } = await connectToOwnServer({
    ident: 'Teleport test',
    onConnection: (accepted) => {
      accepted.on('session', (accept) => {
        const session = accept();
        session.on('pty', (granted) => granted?.());
        session.on('shell', (granted) => flood(granted()));
        session.on('exec', (granted) => flood(granted()));
      });
    },
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
