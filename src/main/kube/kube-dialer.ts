import { isIP } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { hostCaPem } from '../protocol/client/host-authorities.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { ProxyAddress } from '../protocol/net/address.ts';
import { clientContext, dialTls, type ServerTrust } from '../protocol/net/dialer.ts';
import type { KubeCredential } from './kube-target.ts';

const prefix = 'kube-teleport-proxy-alpn.';
const nameless = 'teleport.cluster.local';
const keepAliveMs = 30_000;

/** Connects to the kube side of a proxy, whose certificate is one of the cluster's host authority (tunnels.md 4.2). */
export class KubeDialer {
  readonly #place: () => { readonly address: ProxyAddress; readonly identity: AccountIdentity };
  #kept:
    | { readonly credential: KubeCredential; readonly trust: ServerTrust; readonly context: SecureContext }
    | undefined;

  constructor(place: () => { readonly address: ProxyAddress; readonly identity: AccountIdentity }) {
    this.#place = place;
  }

  async dial(credential: KubeCredential): Promise<TLSSocket> {
    const { address, identity } = this.#place();
    if (this.#kept?.credential !== credential) {
      const trust: ServerTrust = { kind: 'ca', pem: hostCaPem(identity) };
      this.#kept = { credential, trust, context: clientContext(trust, credential) };
    }
    const { trust, context } = this.#kept;
    const socket = await dialTls({
      address,
      trust,
      context,
      servername: kubeServerName(address.host),
      alpn: ['http/1.1'],
    });
    socket.setKeepAlive(true, keepAliveMs);
    return socket;
  }
}

/** The name by which a proxy tells kube connections from others. */
export function kubeServerName(host: string): string {
  const bare = host.replace(/^\[|\]$/g, '');
  const isNameless = bare === '' || bare === 'localhost' || isIP(bare) !== 0;
  return `${prefix}${isNameless ? nameless : bare}`;
}
