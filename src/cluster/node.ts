import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { SshReader } from '../main/protocol/codec/ssh/wire.ts';
import {
  createSshServer,
  interceptChannelRequests,
  interceptGlobalRequests,
  refuseChannel,
  type RequestAnswer,
  sendChannelRequest,
  serveStream,
} from '../main/protocol/net/ssh/server.ts';
import type { ClusterCore } from './core.ts';
import { hostPrincipals, makeHostIdentity } from './issue.ts';
import type { LocalNode } from './node-dialer.ts';
import { type ProgramOptions, runProgram, type TerminalRequest } from './node-programs.ts';
import { fileCopyRefused, isScp, mayCopyFiles, mayLogIn } from './ssh-access.ts';
import { serveSftp } from './sftp/sftp-server.ts';

export interface LocalNodeOptions {
  readonly id: string;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
}

const knownRequests = new Set([
  'pty-req',
  'window-change',
  'x11-req',
  'env',
  'shell',
  'exec',
  'subsystem',
  'auth-agent-req@openssh.com',
  'exit-status',
]);

/** A Teleport-like SSH node that runs programs on this machine, only as the account that started it (ssh.md 1.6, 1.10). */
export async function createLocalNode(core: ClusterCore, options: LocalNodeOptions): Promise<LocalNode> {
  const account = userInfo().username;
  const clusterName = core.options.name;
  const names = {
    principals: hostPrincipals(options.id, options.hostname, clusterName),
    clusterName,
    role: 'Node' as const,
  };
  const server = await createSshServer({
    hostIdentities: [makeHostIdentity(core.hostAuthority, names, core.now())],
    ident: 'Teleport',
    userAuthorities: () => [core.userAuthority.sshPublic],
    now: core.now,
    authorize: (certificate, username) =>
      username === account && mayLogIn(core, certificate, username, options),
    onConnection: (connection, certificate) => serve(core, connection, mayCopyFiles(core, certificate)),
  });
  return (stream: Duplex) => serveStream(server, stream);
}

function serve(core: ClusterCore, connection: Connection, copiesFiles: boolean): void {
  const environments = new WeakMap<object, Record<string, string>>();
  const environmentOf = (session: object) => {
    const known = environments.get(session) ?? {};
    environments.set(session, known);
    return known;
  };
  interceptGlobalRequests(connection, (name) => answerGlobal(core, name));
  interceptChannelRequests(connection, (target, name, data) => {
    if (knownRequests.has(name)) return undefined;
    return answerUnknown(core, name, data, environmentOf(target));
  });
  connection.on('session', (accept) => serveSession(connection, accept(), { environmentOf, copiesFiles }));
  connection.on('tcpip', (_accept, reject) => reject());
}

function answerGlobal(core: ClusterCore, name: string): boolean | Buffer {
  if (name === 'keepalive@openssh.com') return true;
  if (name === 'x-teleport-version') return Buffer.from(core.pose.serverVersion);
  return name === 'cluster-details@goteleport.com' ? Buffer.from([0, 0]) : false;
}

/** What a real node does with requests that it does not know differs by version (ssh.md 1.10, versions.md 4). */
function answerUnknown(
  core: ClusterCore,
  name: string,
  data: unknown,
  environment: Record<string, string>,
): RequestAnswer {
  const { pose } = core;
  if (name === 'envs@goteleport.com' && pose.envsRequest) {
    const merged = readEnvs(data);
    if (!merged) return 'failure';
    Object.assign(environment, merged);
    return 'success';
  }
  return pose.unknownChannelRequest === 'fails-and-succeeds' ? 'failure-and-success' : 'failure';
}

function readEnvs(data: unknown): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(new SshReader(data as Buffer).text());
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return undefined;
  }
}

interface SessionRules {
  readonly environmentOf: (session: object) => Record<string, string>;
  readonly copiesFiles: boolean;
}

function serveSession(
  connection: Connection,
  session: Session,
  { environmentOf, copiesFiles }: SessionRules,
): void {
  let terminal: TerminalRequest | undefined;
  let resize: ((size: TerminalRequest) => void) | undefined;
  const environment = environmentOf(session);
  session.on('pty', (accept, reject, info) => {
    const { cols, rows } = info;
    if (cols < 1 || cols > 4096 || rows < 1 || rows > 4096) {
      reject();
      return;
    }
    terminal = { cols, rows, term: (info as unknown as { term?: string }).term ?? 'xterm-256color' };
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    // A real server's process ends here (ssh.md 0); at least this connection does.
    if (!terminal) {
      connection.end();
      return;
    }
    terminal = { ...terminal, cols: info.cols, rows: info.rows };
    resize?.(terminal);
    accept?.();
  });
  session.on('env', (accept, _reject, info) => {
    environment[info.key] = info.val;
    accept?.();
  });
  session.on('auth-agent', (accept) => accept?.());
  const start = (channel: ServerChannel, program: ProgramOptions['program']) => {
    resize = runProgram(channel, { program, terminal, environment }).resize;
  };
  session.on('shell', (accept) => {
    sendChannelRequest(connection, session, 'current-session-id@goteleport.com', Buffer.from(randomUUID()));
    start(accept(), { kind: 'shell' });
  });
  session.on('exec', (accept, _reject, info) => {
    const channel: ServerChannel = accept();
    if (!copiesFiles && isScp(info.command)) channel.close();
    else start(channel, { kind: 'command', command: info.command });
  });
  session.on('subsystem', (accept, reject, info) => {
    if (info.name !== 'sftp') reject();
    else if (copiesFiles) serveSftpChannel(accept());
    else refuseChannel(connection, session, reject, fileCopyRefused);
  });
}

function serveSftpChannel(channel: ServerChannel): void {
  serveSftp(channel, (isClean) => {
    if (channel.destroyed) return;
    channel.exit(isClean ? 0 : 1);
    channel.close();
  });
}
