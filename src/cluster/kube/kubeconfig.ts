import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';

const text = z.string().optional();
const Kubeconfig = z.object({
  'current-context': text,
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: text }) })),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.string(),
        'certificate-authority': text,
        'certificate-authority-data': text,
        'insecure-skip-tls-verify': z.boolean().optional(),
        'tls-server-name': text,
        'proxy-url': text,
      }),
    }),
  ),
  users: z
    .array(
      z.object({
        name: z.string(),
        user: z
          .object({
            'client-certificate': text,
            'client-certificate-data': text,
            'client-key': text,
            'client-key-data': text,
            token: text,
            tokenFile: text,
            username: text,
            password: text,
            exec: z.unknown().optional(),
            'auth-provider': z.unknown().optional(),
          })
          .nullable(),
      }),
    )
    .nullish(),
});

/** Where the API server of a context is, and what is shown to it. */
export interface UpstreamCluster {
  readonly server: URL;
  readonly ca: Buffer | undefined;
  readonly isTrusted: boolean;
  readonly serverName: string | undefined;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
  /** Value of the `Authorization` header. */
  readonly authorization: string | undefined;
}

/** Reads one context, the current one unless another is named. Throws `kubeconfig-unusable`. */
export function readKubeconfig(path: string, contextName?: string): UpstreamCluster {
  let config: z.infer<typeof Kubeconfig>;
  try {
    config = Kubeconfig.parse(parse(readFileSync(path, 'utf8'), { maxAliasCount: 100, logLevel: 'error' }));
  } catch (cause) {
    throw unusable(path, 'It cannot be read as a kubeconfig.', cause);
  }
  const wanted = contextName ?? config['current-context'] ?? '';
  const context = config.contexts.find(({ name }) => name === wanted)?.context;
  if (!context) throw unusable(path, `It has no context "${wanted}".`);
  const cluster = config.clusters.find(({ name }) => name === context.cluster)?.cluster;
  if (!cluster) throw unusable(path, `Context "${wanted}" names a cluster that is not there.`);
  if (cluster['proxy-url'])
    throw unusable(path, 'Its cluster is behind an HTTP proxy, which is not supported.');
  const user = config.users?.find(({ name }) => name === context.user)?.user ?? {};
  if (user.exec !== undefined || user['auth-provider'] !== undefined)
    throw unusable(
      path,
      `The user of context "${wanted}" gets credentials from another program, which is not supported. Use a token or a client certificate.`,
    );
  if (!URL.canParse(cluster.server)) throw unusable(path, `"${cluster.server}" is no address.`);
  const bytes = (data: string | undefined, file: string | undefined) => readPart(path, data, file);
  return {
    server: new URL(cluster.server),
    ca: bytes(cluster['certificate-authority-data'], cluster['certificate-authority']),
    isTrusted: cluster['insecure-skip-tls-verify'] === true,
    serverName: cluster['tls-server-name'],
    certificate: bytes(user['client-certificate-data'], user['client-certificate']),
    key: bytes(user['client-key-data'], user['client-key']),
    authorization: authorizationOf(user, bytes(undefined, user.tokenFile)?.toString('utf8').trim()),
  };
}

function authorizationOf(
  user: { token?: string | undefined; username?: string | undefined; password?: string | undefined },
  fileToken: string | undefined,
): string | undefined {
  const token = user.token ?? fileToken;
  if (token) return `Bearer ${token}`;
  if (!user.username) return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

/** Data goes before a file; files are named relative to the kubeconfig. */
function readPart(path: string, data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  if (!file) return undefined;
  try {
    return readFileSync(resolve(dirname(path), file));
  } catch (cause) {
    throw unusable(path, `${file}, which it names, cannot be read.`, cause);
  }
}

function unusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('kubeconfig-unusable', `${path} cannot be used as a Kubernetes cluster.`, {
    reason,
    ...(cause === undefined ? {} : { cause }),
  });
}
