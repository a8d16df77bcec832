/** The name that routes TLS to a cluster's auth server: hex of the name below Teleport's internal domain (auth-api.md 1.1). */
export function encodeClusterName(clusterName: string): string {
  return `${Buffer.from(clusterName).toString('hex')}.teleport.cluster.local`;
}

const suffix = '.teleport.cluster.local';

/** The cluster of an encoded name; undefined when it is not one. */
export function decodeClusterName(encoded: string): string | undefined {
  if (!encoded.endsWith(suffix)) return undefined;
  const hex = encoded.slice(0, -suffix.length);
  if (hex.length === 0 || hex.length % 2 !== 0 || !/^[0-9a-f]+$/.test(hex)) return undefined;
  return Buffer.from(hex, 'hex').toString('utf8');
}

export const authAlpnPrefix = 'teleport-auth@';
export const proxySshAlpn = 'teleport-proxy-ssh';
export const proxySshGrpcAlpn = 'teleport-proxy-ssh-grpc';
