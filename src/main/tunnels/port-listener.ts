import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { AppError } from '../../shared/errors/app-error.ts';
import { type Disposable, toDisposable } from '../../shared/lifecycle/disposable.ts';
import { findPortHolder } from './port-holder.ts';

const keepAliveMs = 30_000;
const backlog = 511;

/** Where new ports are looked for, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Listens on 127.0.0.1, and on ::1 when it is free there. Throws `port-taken` or `port-not-allowed`. */
export async function listenLocally(
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<Disposable> {
  const main = await listenOn(port, '127.0.0.1', onConnection).catch(async (error: NodeJS.ErrnoException) => {
    throw await explain(error, port);
  });
  const second = await listenOn(port, '::1', onConnection).catch(() => undefined);
  return toDisposable(() => {
    main.close();
    second?.close();
  });
}

async function listenOn(port: number, host: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.setKeepAlive(true, keepAliveMs);
    onConnection(socket);
  });
  server.listen({ port, host, backlog, ipv6Only: true, exclusive: true });
  await once(server, 'listening');
  // Without a file descriptor left, accepting fails for a while; the listener itself goes on.
  server.on('error', () => undefined);
  return server;
}

/** A port that is free on 127.0.0.1: `wanted`, or the next in the range. Ports in `avoid` are passed over. */
export async function findFreePort(
  wanted: number,
  avoid: ReadonlySet<number>,
  range: PortRange,
): Promise<number> {
  const most = Math.min(500, Math.abs(range.last - range.first) + 1);
  for (let port = wanted, tries = 0; tries < most; port += 1, tries += 1) {
    if (port > range.last || port < range.first) port = range.first;
    if (avoid.has(port)) continue;
    try {
      const server = await listenOn(port, '127.0.0.1', (socket) => socket.destroy());
      await new Promise<void>((resolve) => server.close(() => resolve()));
      return port;
    } catch {
      // The next one.
    }
  }
  throw new AppError('port-taken', 'There is no free port near this one.', {
    advice: 'Choose another port.',
    action: 'edit-input',
  });
}

/** Where the search for a new target's port begins: the same on every day and every machine. */
export function preferredPort(name: string, { first, last }: PortRange): number {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  return first + (hash % (last - first + 1));
}

async function explain(error: NodeJS.ErrnoException, port: number): Promise<AppError> {
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new AppError('port-not-allowed', `This account may not listen on port ${port}.`, {
      reason: 'The system keeps it for privileged programs, or reserves it.',
      advice: 'Choose a port above 1023.',
      action: 'edit-input',
      cause: error,
    });
  }
  if (error.code !== 'EADDRINUSE') {
    return new AppError('port-not-allowed', `The port ${port} cannot be used on this machine.`, {
      reason: error.message,
      advice: 'Choose another port.',
      action: 'edit-input',
      cause: error,
    });
  }
  const [holder, freePort] = await Promise.all([
    findPortHolder(port),
    findFreePort(port + 1, new Set(), { first: 1_024, last: 65_535 }).catch(() => undefined),
  ]);
  return new AppError('port-taken', `Port ${port} is taken${holder ? ` by ${holder.program}` : ''}.`, {
    reason: holder
      ? `The program ${holder.program} (process ${holder.pid}) listens there.`
      : 'Another program listens there.',
    advice: freePort === undefined ? 'Choose another port.' : `End that program, or take port ${freePort}.`,
    action: 'edit-input',
    facts: {
      port: String(port),
      ...(holder ? { program: holder.program, pid: String(holder.pid) } : {}),
      ...(freePort === undefined ? {} : { freePort: String(freePort) }),
    },
    cause: error,
  });
}
