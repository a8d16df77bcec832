import type { AccountIdentity } from '../codec/identity.ts';
import { connectSsh, type SshConnection } from '../net/ssh/client.ts';
import { sshAuthorities } from './host-authorities.ts';
import type { ProxyConnection } from './proxy-types.ts';

export interface NodeLoginOptions {
  readonly proxy: ProxyConnection;
  readonly identity: AccountIdentity;
  /** Host UUID. */
  readonly nodeId: string;
  /** For messages. */
  readonly nodeName: string;
  readonly login: string;
}

/** Reaches a node through the proxy and logs in to it; the host certificate must name the node's UUID (ssh.md 1.6). */
export async function connectToNode(options: NodeLoginOptions, signal?: AbortSignal): Promise<SshConnection> {
  const { identity, nodeId } = options;
  const stream = await options.proxy.dialNode({ id: nodeId, clusterName: identity.clusterName }, signal);
  try {
    return await connectSsh(
      {
        stream,
        username: options.login,
        identity: { privateKey: identity.sshKey, certificate: identity.sshCertificate.blob },
        host: {
          name: options.nodeName,
          authorities: sshAuthorities(identity),
          principals: [nodeId, `${nodeId}.${identity.clusterName}`],
        },
      },
      signal,
    );
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
