import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../../../shared/errors/app-error.ts';
import { setKeepAlive } from '../keep-alive.ts';
import { connectToOwnServer } from './testing/own-server.ts';

afterEach(() => setKeepAlive());

/** A connection to our own server, and how many questions came to it. */
async function connect() {
  let questions = 0;
  const { connection, serverStream } = await connectToOwnServer({
    ident: 'test',
    onConnection: () => undefined,
  });
  serverStream.on('data', () => (questions += 1));
  return { connection, serverStream, questions: () => questions };
}

describe('a quiet SSH connection', () => {
  it('is tested as often as it is set, from the moment that it is set', async () => {
    setKeepAlive(3_600_000);
    const { connection, questions } = await connect();
    expect(questions()).toBe(0);
    setKeepAlive(20);
    await expect.poll(questions).toBeGreaterThan(5);
    expect(connection.isOpen).toBe(true);
  });

  it('is lost when nothing answers', async () => {
    const { connection, serverStream } = await connect();
    const lost = new Promise<AppError | undefined>((resolve) => connection.onClose(resolve));
    // The other side is there, and hears nothing any more.
    serverStream.pause();
    serverStream.removeAllListeners('data');
    setKeepAlive(20);
    expect(await lost).toMatchObject({ code: 'connection-lost' });
  });
});
