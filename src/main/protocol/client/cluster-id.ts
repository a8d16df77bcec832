import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { authAlpnPrefix, encodeClusterName } from '../codec/cluster-name.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import type { ProxyAddress } from '../net/address.ts';
import { sendHttps } from '../net/https-request.ts';
import { hostCaPem } from './host-authorities.ts';

const ClusterName = z.object({ spec: z.object({ cluster_id: z.string().max(200) }) });

/** UUID of the cluster by the auth server's JSON API, for servers whose gRPC does not tell it (auth-api.md 1.3). */
export async function fetchClusterId(
  { address, identity }: { readonly address: ProxyAddress; readonly identity: AccountIdentity },
  signal?: AbortSignal,
): Promise<string> {
  const servername = encodeClusterName(identity.clusterName);
  const answer = await sendHttps(
    {
      address,
      trust: { kind: 'ca', pem: hostCaPem(identity) },
      tls: {
        servername,
        alpn: [`${authAlpnPrefix}${servername}`, 'http/1.1'],
        client: { key: identity.tlsKey, certificate: identity.tlsCertificate },
      },
      host: 'teleport.cluster.local',
      method: 'GET',
      path: '/v2/configuration/name',
    },
    signal,
  );
  if (answer.status !== 200)
    throw new AppError('answer-invalid', 'The cluster does not tell its id.', {
      detail: `HTTP ${answer.status}`,
    });
  return parseClusterId(answer.body);
}

/** Throws `answer-invalid` on anything but a cluster name resource. The id itself is in no message. */
export function parseClusterId(body: string): string {
  try {
    return ClusterName.parse(JSON.parse(body)).spec.cluster_id;
  } catch {
    throw new AppError('answer-invalid', 'The cluster does not tell its id.');
  }
}
