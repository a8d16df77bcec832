import type { Socket } from 'node:net';
import { AppError } from '../../../shared/errors/app-error.ts';
import { encodeClusterName, proxySshAlpn } from '../codec/cluster-name.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { dialTcp, dialTls } from '../net/dialer.ts';
import { connectSsh, type SshConnection } from '../net/ssh/client.ts';
import { factsOfSocket } from '../net/socket-facts.ts';
import { deferWrites } from '../net/ssh/deferred-writes.ts';
import { hostCaPem, sshAuthorities } from './host-authorities.ts';
import type { LinkFacts, NodeTarget, ProxyConnection, ProxyConnectionOptions } from './proxy-types.ts';

/** The proxy's SSH server: every dial is a `proxy:` subsystem in one kept connection (ssh.md 1.1 to 1.3). */
export async function openSshProxy(
  options: ProxyConnectionOptions,
  signal?: AbortSignal,
): Promise<ProxyConnection> {
  const { identity } = options;
  const stream = await openStream(options, signal);
  const [principal] = identity.sshCertificate.principals;
  if (principal === undefined) {
    stream.destroy();
    throw new AppError('access-denied', 'The certificate of this sign-in names no login.');
  }
  const host = options.sshAddress?.host ?? options.address.host;
  const connection = await connectSsh(
    {
      stream,
      username: principal,
      identity: { privateKey: identity.sshKey, certificate: identity.sshCertificate.blob },
      host: { name: host, authorities: sshAuthorities(identity), principals: [host.replace(/^\[|\]$/g, '')] },
      forwardAgent: true,
    },
    signal,
  );
  return wrap(connection, identity, { transport: 'SSH', ...factsOfSocket(stream) });
}

function openStream(options: ProxyConnectionOptions, signal: AbortSignal | undefined): Promise<Socket> {
  const { address, identity, sshAddress } = options;
  if (sshAddress) return dialTcp(sshAddress, signal);
  return dialTls(
    {
      address,
      servername: encodeClusterName(identity.clusterName),
      alpn: [proxySshAlpn],
      trust: { kind: 'ca', pem: hostCaPem(identity) },
      client: { key: identity.tlsKey, certificate: identity.tlsCertificate },
    },
    signal,
  );
}

function wrap(connection: SshConnection, identity: AccountIdentity, link: LinkFacts): ProxyConnection {
  return {
    link,
    get isOpen() {
      return connection.isOpen;
    },
    onClose: connection.onClose,
    async dialNode(target: NodeTarget, signal?: AbortSignal) {
      const cluster = target.clusterName || identity.clusterName;
      return deferWrites(await connection.openSubsystem(`proxy:${target.id}:0@default@${cluster}`, signal));
    },
    ping: (signal) => connection.ping(signal),
    dispose: () => connection.dispose(),
  };
}
