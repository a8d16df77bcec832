import type { Duplex } from 'node:stream';
import type { Connection, Server } from 'ssh2';
import type { SshCertificate } from '../main/protocol/codec/ssh/certificate.ts';
import { acceptSession } from '../main/protocol/net/ssh/early-data.ts';
import {
  createSshServer,
  interceptChannelRequests,
  interceptGlobalRequests,
  refuseChannel,
} from '../main/protocol/net/ssh/server.ts';
import type { ClusterCore } from './core.ts';
import { hostPrincipals, makeHostIdentity } from './issue.ts';
import { DialRefusal, type NodeDialer } from './node-dialer.ts';
import { personOfSsh } from './ssh-access.ts';

const known = new Set(['subsystem', 'env', 'auth-agent-req@openssh.com']);

export interface SubsystemTarget {
  readonly host: string;
  readonly cluster: string;
}

/** `proxy:<host>:<port>[@<namespace>]@<cluster>` (ssh.md 1.2); undefined when it is malformed. */
export function parseProxySubsystem(name: string): SubsystemTarget | undefined {
  if (!name.startsWith('proxy:')) return undefined;
  const [hostPort = '', ...rest] = name.slice('proxy:'.length).split('@');
  const cluster = rest.length <= 1 ? (rest[0] ?? '') : rest.slice(1).join('@');
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(?::(\d*))?$/.exec(hostPort);
  return match ? { host: match[1] ?? '', cluster } : undefined;
}

/** The proxy's own SSH server: publickey with a user certificate, then `proxy:` subsystems (ssh.md 1.1 to 1.3). */
export function createSshProxy(core: ClusterCore, dialer: NodeDialer): Promise<Server> {
  const clusterName = core.options.name;
  const names = {
    principals: hostPrincipals('00000000-0000-4000-8000-000000000001', 'proxy', clusterName),
    clusterName,
    role: 'Proxy' as const,
  };
  return createSshServer({
    hostIdentities: [makeHostIdentity(core.hostAuthority, names, core.now())],
    ident: 'Teleport',
    userAuthorities: () => [core.userAuthority.sshPublic],
    now: core.now,
    principalFor: (username, certificate) =>
      certificate.principals.find((principal) => principal === username) ?? username,
    onConnection: (connection, certificate) => serve(core, dialer, connection, certificate),
  });
}

function serve(
  core: ClusterCore,
  dialer: NodeDialer,
  connection: Connection,
  certificate: SshCertificate,
): void {
  const caller = personOfSsh(core, certificate);
  if (!caller) {
    connection.end();
    return;
  }
  interceptGlobalRequests(connection, (name) => {
    if (name === 'keepalive@openssh.com') return true;
    return name === 'cluster-details@goteleport.com' ? Buffer.from([0, 0]) : false;
  });
  interceptChannelRequests(connection, (_target, name) => (known.has(name) ? undefined : 'failure'));
  connection.on('tcpip', (_accept, reject) => reject());
  connection.on('session', (accept) => {
    const session = accept();
    session.on('auth-agent', (done) => done?.());
    session.on('env', (done) => done?.());
    session.on('subsystem', (done, reject, info) => {
      const refuse = (text: string) => refuseChannel(connection, session, reject, text);
      const target = parseProxySubsystem(info.name);
      const lock = core.users.lockOf(caller.userName);
      if (lock !== undefined) refuse(`lock targeting User:"${caller.userName}" is in force: ${lock}`);
      else if (!target)
        refuse(`invalid format for proxy request: "${info.name}", expected 'proxy:host:port@cluster'`);
      else {
        dialer.dial(target.host, target.cluster, caller).then(
          (node) => join(acceptSession(session, done), node),
          (error: unknown) =>
            refuse(error instanceof DialRefusal ? error.message : 'failed to dial target host'),
        );
      }
    });
  });
}

function join(channel: Duplex, node: Duplex): void {
  const drop = () => {
    node.destroy();
    channel.destroy();
  };
  channel.on('error', drop);
  node.on('error', drop);
  channel.once('close', drop);
  node.once('close', () => channel.end());
  channel.pipe(node);
  node.pipe(channel);
}
