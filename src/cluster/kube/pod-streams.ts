import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Container } from './container.ts';
import type { LogLine } from './pod-log.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { type PodProcess, startProcess } from './processes.ts';
import { parseWishes, type RemoteStreams, statusOfEnd, type StreamWishes } from './remote-streams.ts';
import type { RequestInfo } from './request-info.ts';
import { acceptRemoteSpdy, acceptSpdy, wantsSpdy } from './spdy-upgrade.ts';
import { SpdyConnection, type SpdyStream } from './spdy-connection.ts';
import { KubeError } from './status.ts';
import { acceptPortForwardTunnel, acceptRemoteWebSocket, wantsWebSocket } from './websocket-upgrade.ts';

const portForwardProtocol = 'portforward.k8s.io';
const maxUnsentBytes = 8 * 1024 * 1024;

/** The streams of pods: logs, exec, attach, port-forward. */
export class PodStreams {
  readonly #runtime: PodRuntime;
  readonly #now: () => Date;

  constructor(runtime: PodRuntime, now: () => Date) {
    this.#runtime = runtime;
    this.#now = now;
  }

  /** `GET …/log`, with `follow`, `tailLines`, `sinceSeconds`, `sinceTime`, `timestamps`, `limitBytes`. */
  log(response: ServerResponse, info: RequestInfo, query: URLSearchParams): void {
    const container = this.#runtime.container(info.namespace, info.name, query.get('container'));
    if (query.get('previous') === 'true')
      throw new KubeError(
        'BadRequest',
        `previous terminated container "${container.name}" in pod "${info.name}" not found`,
      );
    if (container.state.kind === 'waiting' && container.log.lines.length === 0)
      throw new KubeError(
        'BadRequest',
        `container "${container.name}" in pod "${info.name}" is waiting to start: ${container.state.reason}`,
      );
    const tail = query.get('tailLines');
    const from = this.#since(query);
    const recent = container.log.lines.filter((line) => line.time.getTime() >= from);
    const lines = tail === null ? recent : Number(tail) > 0 ? recent.slice(-Number(tail)) : [];
    let left = Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY);
    const isStamped = query.get('timestamps') === 'true';
    const show = ({ time, text }: LogLine) => {
      const bytes = Buffer.from(`${isStamped ? `${time.toISOString()} ` : ''}${text}\n`).subarray(0, left);
      left -= bytes.length;
      return bytes;
    };
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write(Buffer.concat(lines.map(show)));
    if (query.get('follow') !== 'true' || container.log.isOver) {
      response.end();
      return;
    }
    response.flushHeaders();
    const subscription = container.log.onLine((line) => {
      if (response.writableLength > maxUnsentBytes) response.destroy();
      else if (line) response.write(show(line));
      if (!line || left <= 0) response.end();
    });
    response.once('close', () => subscription.dispose());
  }

  #since(query: URLSearchParams): number {
    const seconds = Number(query.get('sinceSeconds') ?? Number.NaN);
    const time = Date.parse(query.get('sinceTime') ?? '');
    if (!Number.isNaN(seconds)) return this.#now().getTime() - seconds * 1000;
    return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  }

  async exec(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<void> {
    const wishes = parseWishes(query);
    const command = query.getAll('command');
    if (command.length === 0) throw new KubeError('BadRequest', 'you must specify a command');
    const container = this.#running(info, query);
    const { folder } = this.#runtime.get(info.namespace, info.name);
    const streams = await acceptRemote(request, socket, head, wishes);
    const program = startProcess({ command, folder, environment: container.environment, tty: wishes.tty });
    const deleted = container.onStop(() => program.stop());
    streams.onClose(() => program.stop());
    streams.onResize(({ columns, rows }) => program.resize(columns, rows));
    if (streams.stdin) {
      streams.stdin.pipe(program.stdin);
      // A program that does not read to the end must not hold the connection back.
      program.stdin.once('close', () => streams.stdin?.resume());
    } else program.stdin.end();
    const end = await finishOutput(program, streams);
    deleted.dispose();
    streams.finish(statusOfEnd(end));
  }

  async attach(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<void> {
    const wishes = parseWishes(query);
    const container = this.#running(info, query);
    const { process } = container;
    if (wishes.tty && !container.tty)
      throw new KubeError(
        'BadRequest',
        `Unable to use a TTY - container ${container.name} did not allocate one`,
      );
    const output = container.attach();
    const streams = await acceptRemote(request, socket, head, wishes).catch((error: unknown) => {
      output.destroy();
      throw error;
    });
    streams.onClose(() => output.destroy());
    streams.onResize(({ columns, rows }) => process?.resize(columns, rows));
    if (streams.stdin && process && container.takesInput) {
      streams.stdin.on('data', (chunk: Buffer) => {
        if (!process.stdin.write(chunk)) {
          streams.stdin?.pause();
          process.stdin.once('drain', () => streams.stdin?.resume());
        }
      });
    } else streams.stdin?.resume();
    const sink = streams.stdout ?? streams.stderr;
    if (sink) output.pipe(sink, { end: false });
    else output.resume();
    output.once('end', () => {
      const { state } = container;
      streams.finish(statusOfEnd({ code: state.kind === 'ended' ? state.code : 0 }));
    });
  }

  async portForward(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    info: RequestInfo,
  ): Promise<void> {
    const { containers } = this.#runtime.get(info.namespace, info.name);
    const errors = new Map<string, SpdyStream>();
    const onStream = (stream: SpdyStream) => {
      const port = Number(stream.headers.get('port'));
      const key = stream.headers.get('requestid') ?? String(port);
      if (stream.headers.get('streamtype') === 'error') {
        stream.resume();
        errors.set(key, stream);
        stream.once('close', () => errors.delete(key));
        return;
      }
      const error = errors.get(key);
      if (!error) stream.destroy();
      else forward(stream, error, port, info, containers);
    };
    if (wantsSpdy(request)) acceptSpdy(request, socket, head, portForwardProtocol, onStream);
    else if (wantsWebSocket(request))
      void new SpdyConnection(await acceptPortForwardTunnel(request, socket, head), onStream);
    else throw noUpgrade();
  }

  #running(info: RequestInfo, query: URLSearchParams): Container {
    const container = this.#runtime.container(info.namespace, info.name, query.get('container'));
    if (container.state.kind !== 'running')
      throw new KubeError(
        'BadRequest',
        `unable to upgrade connection: container not found ("${container.name}")`,
      );
    return container;
  }
}

function acceptRemote(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  wishes: StreamWishes,
): Promise<RemoteStreams> {
  if (wantsSpdy(request)) return acceptRemoteSpdy(request, socket, head, wishes);
  if (wantsWebSocket(request)) return acceptRemoteWebSocket(request, socket, head, wishes);
  throw noUpgrade();
}

function noUpgrade(): KubeError {
  return new KubeError('BadRequest', 'Upgrade request required');
}

/** Passes output on until the program and its output are over. */
async function finishOutput(program: PodProcess, streams: RemoteStreams) {
  const pairs = [
    [program.stdout, streams.stdout],
    [program.stderr, streams.stderr],
  ] as const;
  const drained = pairs.map(([from, to]) => {
    if (!from) return Promise.resolve();
    if (to) from.pipe(to, { end: false });
    else from.resume();
    return new Promise<void>((resolve) => {
      from.once('end', resolve);
      // Nobody reads any more.
      to?.once('close', () => {
        from.unpipe(to);
        from.resume();
      });
    });
  });
  const end = await program.ended;
  await Promise.all(drained);
  return end;
}

function forward(
  stream: SpdyStream,
  error: SpdyStream,
  port: number,
  info: RequestInfo,
  containers: readonly Container[],
): void {
  const fail = (why: string) => {
    error.end(`error forwarding port ${port} to pod ${info.name}, uid : exit status 1: ${why}`);
    stream.destroy();
  };
  const local = containers.map((container) => container.localPort(port)).find((found) => found !== undefined);
  if (local === undefined) {
    fail(`connection refused: nothing listens on port ${port}`);
    return;
  }
  const socket = connect({ port: local, host: '127.0.0.1', allowHalfOpen: true });
  socket.setNoDelay(true);
  socket.once('error', (cause) => fail(cause.message));
  socket.once('close', () => {
    error.end();
    stream.end();
  });
  stream.once('close', () => socket.destroy());
  stream.pipe(socket);
  socket.pipe(stream);
}
