import { type Duplex, duplexPair } from 'node:stream';
import { onTestFinished } from 'vitest';
import { connectSsh, type SshConnection } from '../client.ts';
import { deferWrites } from '../deferred-writes.ts';
import { createSshServer, serveStream, type SshServerOptions } from '../server.ts';
import { issue, makeAuthority } from './identities.ts';

const users = makeAuthority();
const hosts = makeAuthority();

/** Our client, connected until the test ends to our own server in the same process; `serverStream` is the server's end. */
export async function connectToOwnServer(
  options: Pick<SshServerOptions, 'ident' | 'onConnection'>,
): Promise<{ readonly connection: SshConnection; readonly serverStream: Duplex }> {
  const server = await createSshServer({
    ...options,
    hostIdentities: [issue(hosts, 'ed25519', { role: 'host', principals: ['node'] })],
    userAuthorities: () => [users.blob],
  });
  const [ours, theirs] = duplexPair();
  // Both ends share this process and its ssh2: neither may run inside the other's turn.
  deferWrites(ours);
  deferWrites(theirs);
  serveStream(server, theirs);
  const connection = await connectSsh({
    stream: ours,
    username: 'root',
    identity: issue(users, 'ed25519'),
    host: { name: 'node', authorities: [hosts.blob], principals: ['node'] },
  });
  onTestFinished(() => connection.dispose());
  return { connection, serverStream: theirs };
}
