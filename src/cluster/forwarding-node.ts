import { generateKeyPairSync } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { isAppError } from '../shared/errors/app-error.ts';
import { encodePublicKey, formatAuthorizedKey, parseAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';
import { noGrant } from '../main/protocol/codec/tls/grant-subject.ts';
import type { SshChannel } from '../main/protocol/net/ssh/channel.ts';
import { acceptSession } from '../main/protocol/net/ssh/early-data.ts';
import { connectSsh, type SshConnection } from '../main/protocol/net/ssh/client.ts';
import type { SshIdentity } from '../main/protocol/net/ssh/identity.ts';
import {
  createSshServer,
  interceptChannelRequests,
  refuseChannel,
  serveStream,
} from '../main/protocol/net/ssh/server.ts';
import type { ClusterCore } from './core.ts';
import type { ClusterResource } from './inventory.ts';
import { hostPrincipals, issueUserSsh, makeHostIdentity } from './issue.ts';
import type { TerminalRequest } from './node-programs.ts';
import { fileCopyRefused, mayCopyFiles, mayLogIn } from './ssh-access.ts';

const certificateMs = 60_000;
const known = new Set([
  'pty-req',
  'window-change',
  'env',
  'shell',
  'exec',
  'subsystem',
  'auth-agent-req@openssh.com',
]);

/**
 * What a proxy does for a registered OpenSSH server: it ends the user's SSH itself, checks the login against the roles, and
 * logs in to the sshd with a certificate of its own (ssh.md 1.7). `upstream` is connected to the sshd.
 */
export async function serveForwarded(
  core: ClusterCore,
  node: ClusterResource,
  stream: Duplex,
  upstream: Duplex,
): Promise<void> {
  const { name } = core.options;
  const names = {
    principals: hostPrincipals(node.id, node.name, name),
    clusterName: name,
    role: 'Node' as const,
  };
  const server = await createSshServer({
    hostIdentities: [makeHostIdentity(core.hostAuthority, names, core.now())],
    ident: 'Go',
    userAuthorities: () => [core.userAuthority.sshPublic],
    now: core.now,
    authorize: (certificate, username) => mayLogIn(core, certificate, username, node),
    onConnection: (connection, certificate, username) => {
      const far = logIn(core, node, {
        stream: upstream,
        userName: certificate.keyId,
        username,
        onGone: () => stream.destroy(),
      });
      serve(connection, far, mayCopyFiles(core, certificate));
    },
  });
  stream.once('close', () => upstream.destroy());
  serveStream(server, stream);
}

function logIn(
  core: ClusterCore,
  node: ClusterResource,
  login: {
    readonly stream: Duplex;
    readonly userName: string;
    readonly username: string;
    readonly onGone: () => void;
  },
): Promise<SshConnection> {
  const far = connectSsh({
    stream: login.stream,
    username: login.username,
    identity: makeIdentity(core, login.userName, login.username),
    host: { name: node.name, authorities: [core.hostAuthority.sshPublic], principals: [node.id] },
    now: core.now,
  });
  far.then(
    (open) => open.onClose(() => login.onGone()),
    // Told to whoever opens a session.
    () => undefined,
  );
  return far;
}

function makeIdentity(core: ClusterCore, userName: string, login: string): SshIdentity {
  const { privateKey } = generateKeyPairSync('ed25519');
  const subject = {
    userName,
    roles: [],
    logins: [login],
    clusterName: core.options.name,
    now: core.now(),
    ttlMs: certificateMs,
    grant: noGrant,
  };
  const line = issueUserSsh(core.userAuthority, subject, formatAuthorizedKey(encodePublicKey(privateKey)));
  return { privateKey, certificate: parseAuthorizedKey(line) };
}

function serve(connection: Connection, far: Promise<SshConnection>, copiesFiles: boolean): void {
  interceptChannelRequests(connection, (_target, name) => (known.has(name) ? undefined : 'failure'));
  connection.on('tcpip', (_accept, reject) => reject());
  connection.on('session', (accept) => serveSession(connection, accept(), far, copiesFiles));
  connection.once('close', () => void far.then((open) => open.dispose()).catch(() => undefined));
}

function serveSession(
  connection: Connection,
  session: Session,
  far: Promise<SshConnection>,
  copiesFiles: boolean,
): void {
  let terminal: TerminalRequest = { cols: 80, rows: 24, term: 'xterm' };
  let program: SshChannel | undefined;
  const env: Record<string, string> = {};
  session.on('pty', (accept, _reject, info) => {
    terminal = {
      cols: info.cols,
      rows: info.rows,
      term: (info as unknown as { term?: string }).term ?? 'xterm',
    };
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    terminal = { ...terminal, cols: info.cols, rows: info.rows };
    program?.resize(terminal);
    accept?.();
  });
  session.on('env', (accept, _reject, info) => {
    env[info.key] = info.val;
    accept?.();
  });
  session.on('auth-agent', (accept) => accept?.());
  const start = (
    open: (far: SshConnection) => Promise<SshChannel>,
    accept: () => ServerChannel,
    reject: () => void,
  ) => {
    far.then(open).then(
      (opened) => {
        program = opened;
        join(acceptSession(session, accept), opened);
        opened.resize(terminal);
      },
      (error: unknown) => refuseChannel(connection, session, reject, reasonOf(error)),
    );
  };
  session.on('shell', (accept, reject) =>
    start((open) => open.openShell({ ...terminal, env }), accept, reject),
  );
  session.on('exec', (accept, reject, info) =>
    start((open) => open.exec(info.command, { env }), accept, reject),
  );
  session.on('subsystem', (accept, reject, info) => {
    if (info.name === 'sftp' && !copiesFiles) {
      refuseChannel(connection, session, reject, fileCopyRefused);
      return;
    }
    far
      .then((open) => open.openSubsystem(info.name))
      .then(
        (opened) => {
          const channel: Duplex = acceptSession(session, accept);
          channel.pipe(opened).pipe(channel);
          channel.on('error', () => opened.destroy());
          opened.on('error', () => channel.destroy());
        },
        (error: unknown) => refuseChannel(connection, session, reject, reasonOf(error)),
      );
  });
}

/** Carries bytes both ways, with back-pressure, and how the program ended. */
function join(channel: ServerChannel, program: SshChannel): void {
  channel.on('error', () => undefined);
  // A terminal's output comes in small packets; what arrives in one turn goes on as one.
  let waiting: Buffer[] = [];
  const flush = () => {
    const chunks = waiting;
    waiting = [];
    if (chunks.length > 0 && !channel.destroyed && !channel.write(Buffer.concat(chunks))) program.pause();
  };
  program.onData((chunk) => {
    if (waiting.push(chunk) === 1) setImmediate(flush);
  });
  program.onStderr((chunk) => channel.stderr.write(chunk));
  channel.on('drain', () => program.resume());
  channel.on('data', (chunk: Buffer) => {
    if (!program.write(chunk)) channel.pause();
  });
  program.onDrain(() => channel.resume());
  channel.once('end', () => program.endInput());
  channel.once('close', () => program.close());
  program.resume();
  void program.ended.then((end) => {
    flush();
    if (channel.destroyed) return;
    // What was written before must be on its way first.
    channel.write(Buffer.alloc(0), () => {
      if (end.kind === 'exited') channel.exit(end.code);
      else if (end.kind === 'signalled') channel.exit(end.signal.replace(/^SIG/, ''));
      channel.close();
    });
  });
}

/** In the words of a real proxy (ssh.md 1.7). */
function reasonOf(error: unknown): string {
  if (isAppError(error, 'host-untrusted'))
    return `ssh: handshake failed: ${error.detail ?? ''}, expected a host certificate`;
  if (isAppError(error, 'login-refused')) {
    return 'ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain';
  }
  return isAppError(error) ? error.message : 'failed to reach the OpenSSH server';
}
