import { duplexPair } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../../../shared/errors/app-error.ts';
import { setKeepAlive } from '../keep-alive.ts';
import { connectSsh, type SshConnection } from './client.ts';
import { deferWrites } from './deferred-writes.ts';
import { createSshServer } from './server.ts';
import { issue, makeAuthority } from './testing/identities.ts';

const users = makeAuthority();
const hosts = makeAuthority();
const open: SshConnection[] = [];

afterEach(() => {
  setKeepAlive();
  for (const connection of open.splice(0)) connection.dispose();
});

/** A connection to our own server, and how many questions came to it. */
async function connect() {
  let questions = 0;
  const server = await createSshServer({
    hostIdentities: [issue(hosts, 'ed25519', { role: 'host', principals: ['node'] })],
    ident: 'test',
    userAuthorities: () => [users.blob],
    onConnection: () => undefined,
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
  open.push(connection);
  theirs.on('data', () => (questions += 1));
  return { connection, theirs, questions: () => questions };
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
    const { connection, theirs } = await connect();
    const lost = new Promise<AppError | undefined>((resolve) => connection.onClose(resolve));
    // The other side is there, and hears nothing any more.
    theirs.pause();
    theirs.removeAllListeners('data');
    setKeepAlive(20);
    expect(await lost).toMatchObject({ code: 'connection-lost' });
  });
});
