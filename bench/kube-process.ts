import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createCluster } from '../src/cluster/cluster.ts';
import { demoObjects } from '../src/cluster/kube/demo-objects.ts';
import { KubeApi } from '../src/cluster/kube/kube-api.ts';
import { makeUser } from '../src/cluster/users.ts';
import { type LocalAuthority, makeLocalAuthority } from '../src/main/kube/local-authority.ts';

/** A Kubernetes API, and a cluster that has it behind its proxy, each in a process of its own. */
export interface KubeBench {
  readonly address: string;
  readonly caPem: string;
  readonly userName: string;
  readonly password: string;
  readonly oneTimeCode: string;
  /** Leads to the API without anything between. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export async function setUpKube(): Promise<KubeBench> {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-kube-bench-'));
  const kubeconfig = join(folder, 'config.yaml');
  const api = start('api', kubeconfig);
  await once(api, 'message');
  const cluster = start('cluster', kubeconfig);
  const [told] = (await once(cluster, 'message')) as [Omit<KubeBench, 'kubeconfig' | 'stop'>];
  return {
    ...told,
    kubeconfig,
    stop: async () => {
      for (const child of [cluster, api]) {
        child.send('stop');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true });
    },
  };
}

function start(what: string, kubeconfig: string) {
  return fork(join(import.meta.dirname, 'kube-process.ts'), [what, kubeconfig], {
    execArgv: ['--no-warnings'],
  });
}

async function serveApi(path: string): Promise<void> {
  const authority = await makeLocalAuthority(new Date());
  const api = new KubeApi({ objects: demoObjects() });
  const { serverKey: key, serverCertificate: cert, certificate: ca } = authority;
  const server = createServer({ key, cert, ca, requestCert: true }, (request, response) =>
    api.serve(request, response, { user: 'bench', groups: ['system:masters'] }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  writeFileSync(path, toKubeconfig((server.address() as AddressInfo).port, authority), { mode: 0o600 });
  process.once('message', () => process.exit(0));
  process.send?.('ready');
}

async function serveCluster(path: string): Promise<void> {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'bench.porthole',
    users: [user],
    roles: [
      {
        name: 'developer',
        logins: ['dev'],
        kubernetesGroups: ['system:masters'],
        serverLabels: { '*': ['*'] },
      },
    ],
    kubernetes: [{ name: 'shop', labels: {}, api: { kind: 'kubeconfig', path } }],
  });
  process.once('message', () => void cluster.stop().then(() => process.exit(0)));
  process.send?.({
    address: cluster.address,
    caPem: cluster.webCaPem,
    userName: user.name,
    password: user.password,
    oneTimeCode: cluster.core.users.currentCode(user.name),
  });
}

function toKubeconfig(port: number, authority: LocalAuthority): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'direct',
    contexts: [{ name: 'direct', context: { cluster: 'direct', user: 'direct' } }],
    clusters: [
      {
        name: 'direct',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': base64(authority.certificate),
        },
      },
    ],
    users: [
      {
        name: 'direct',
        user: {
          'client-certificate-data': base64(authority.clientCertificate),
          'client-key-data': base64(authority.clientKey),
        },
      },
    ],
  });
}

const [what, path] = process.argv.slice(2);
if (process.send && path !== undefined) await (what === 'api' ? serveApi(path) : serveCluster(path));
