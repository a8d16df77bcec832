import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, Transform } from 'node:stream';
import { AppError } from '../../../shared/errors/app-error.ts';
import { Emitter } from '../../../shared/lifecycle/emitter.ts';
import { formatAccountUri, formatResourceUri } from '../../../shared/uri/uri.ts';
import type { SshConnection } from '../../protocol/net/ssh/client.ts';
import { connectionLost } from '../../protocol/net/ssh/ssh-errors.ts';
import { type FileAccess, ServerLink, type ServerPlace } from '../server-link.ts';

const server = '/usr/lib/openssh/sftp-server';
const account = { address: 'proxy.test:443', userName: 'alice' };

export const place: ServerPlace = {
  accountUri: formatAccountUri(account),
  serverUri: formatResourceUri({ ...account, kind: 'server', id: 'node' }),
  nodeId: 'node',
  serverName: 'node',
  login: 'root',
};

export interface TestServer {
  readonly link: ServerLink;
  readonly access: FileAccess;
  /** Bytes to and from the server over all channels until it is cut; set anew for each connection. */
  cutAfter: number | undefined;
  /** After so many bytes in all nothing moves any more. */
  stallAfter: number | undefined;
  /** Connections that were made. */
  connections: number;
  /** Instead of a connection. */
  refusal: AppError | undefined;
  dispose(): void;
}

/** OpenSSH's own SFTP server as a node, each channel a process; the line can be cut. */
export function startSftpPlace(command: readonly [string, ...string[]] = [server, '-e']): TestServer {
  const ends = new Set<() => void>();
  const made: TestServer = {
    cutAfter: undefined,
    stallAfter: undefined,
    connections: 0,
    refusal: undefined,
    access: undefined as never,
    link: undefined as never,
    dispose() {
      made.link.end();
      for (const end of ends) end();
    },
  };
  let moved = 0;
  const connect = (): SshConnection => {
    if (made.refusal) throw made.refusal;
    made.connections += 1;
    const closed = new Emitter<AppError | undefined>();
    const streams = new Set<Duplex>();
    let left = made.cutAfter ?? Number.POSITIVE_INFINITY;
    made.cutAfter = undefined;
    let isOpen = true;
    const close = (error?: AppError) => {
      if (!isOpen) return;
      isOpen = false;
      for (const stream of streams) stream.destroy(error);
      closed.fire(error);
    };
    const count = () =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          left -= chunk.length;
          moved += chunk.length;
          if (moved > (made.stallAfter ?? Number.POSITIVE_INFINITY)) return;
          if (left <= 0) close(connectionLost('the test cut it'));
          else done(null, chunk);
        },
      });
    return {
      get isOpen() {
        return isOpen;
      },
      onClose: closed.event,
      openShell: () => Promise.reject(new AppError('unsupported', 'No shells here.')),
      exec: () => Promise.reject(new AppError('unsupported', 'No commands here.')),
      openDirectTcpip: () => Promise.reject(new AppError('unsupported', 'No forwarding here.')),
      ping: async () => 0,
      async openSubsystem() {
        const [file, ...args] = command;
        const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] });
        await once(child, 'spawn');
        const end = () => child.kill('SIGKILL');
        ends.add(end);
        const [up, down] = [count(), count()];
        up.pipe(child.stdin);
        child.stdin.on('error', () => undefined);
        child.stdout.pipe(down);
        const stream = Duplex.from({ readable: down, writable: up }) as Duplex;
        stream.on('error', () => undefined);
        stream.once('close', () => {
          ends.delete(end);
          end();
          up.destroy();
          down.destroy();
        });
        streams.add(stream);
        return stream as never;
      },
      dispose: () => close(),
    };
  };
  const access: FileAccess = {
    identity: () => undefined as never,
    identityFor: () => Promise.reject(new AppError('internal', 'not reached')),
    proxy: () => Promise.reject(new AppError('internal', 'not reached')),
    noteFailure: () => undefined,
    leaseConnection: () => connect(),
  };
  return Object.assign(made, { access, link: new ServerLink(place, access) });
}
