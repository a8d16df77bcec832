import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Cluster } from './cluster.ts';
import { demoObjects } from './kube/demo-objects.ts';
import { KubeApi } from './kube/kube-api.ts';
import { ask, identityFor, kubectlFor, labKube, startKubeCluster } from './testing/kube-proxy.ts';
import { Kubectl } from './testing/kubectl.ts';

describe('a context of a kubeconfig', () => {
  const upstream = new KubeApi({ objects: demoObjects() });
  const seen: { authorization: string | undefined; user: unknown; group: unknown }[] = [];
  let server: Server;
  let address: string;
  let kubectl: Kubectl;
  let cluster: Cluster;

  beforeAll(async () => {
    // An API server that takes one token and heeds impersonation.
    const identityOf = (headers: { readonly [name: string]: string | string[] | undefined }) => {
      seen.push({
        authorization: String(headers['authorization']),
        user: headers['impersonate-user'],
        group: headers['impersonate-group'],
      });
      const groups = String(headers['impersonate-group'] ?? '').split(', ');
      return { user: String(headers['impersonate-user']), groups };
    };
    server = createServer((incoming, response) =>
      upstream.serve(incoming, response, identityOf(incoming.headers)),
    );
    server.on('upgrade', (incoming, socket, head) =>
      upstream.upgrade(incoming, socket, head, identityOf(incoming.headers)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
    const own = new Kubectl({ server: address, token: 'agent-token' });
    cluster = await startKubeCluster('v18', [
      { name: 'mine', labels: {}, api: { kind: 'kubeconfig', path: own.kubeconfig, context: 'test' } },
    ]);
    own.dispose();
    kubectl = kubectlFor(cluster, await identityFor(cluster, 'lab', 'mine'));
  });
  afterAll(async () => {
    kubectl.dispose();
    await cluster.stop();
    upstream.stop();
    server.closeAllConnections();
    server.close();
  });

  it('is reached with its own credentials and the identity of the user', async () => {
    expect((await kubectl.run(['get', 'pods', '--token=forged'])).stdout).toContain('web-1');
    expect(seen.at(-1)).toEqual({
      authorization: 'Bearer agent-token',
      user: 'lab',
      group: 'system:masters, system:authenticated',
    });
  });

  it.each(['true', 'false'])('passes changed protocols on (WebSocket: %s)', async (webSocket) => {
    const exec = await kubectl.run(['exec', '-i', 'web-1', '--', 'sh', '-c', 'cat; exit 3'], {
      input: 'passed on',
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    });
    expect(exec.stdout).toBe('passed on');
    expect(exec.code).toBe(3);
    const refused = await kubectl.run(['exec', 'nothing', '--', 'true'], {
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket },
    });
    expect(refused.stderr).toContain('"nothing" not found');
  });

  it.each([
    ['no context', { contexts: [], clusters: [], users: [] }, 'has no context'],
    [
      'another program',
      {
        contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { exec: { command: 'x' } } }],
      },
      'from another program',
    ],
    ['nothing of the kind', ['a'], 'cannot be read'],
  ])('is refused clearly when it cannot be used: %s', async (_name, content, reason) => {
    const path = join(kubectl.folder, 'broken.yaml');
    writeFileSync(path, stringify(content));
    const made = startKubeCluster('v18', [
      { name: 'x', labels: {}, api: { kind: 'kubeconfig', path, context: 'a' } },
    ]);
    await expect(made).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is reached over TLS with a client certificate, its own authority and server name', async () => {
    // The upstream is another cluster's proxy, which asks for all of these and heeds impersonation.
    const inner = await startKubeCluster('v18', [labKube]);
    onTestFinished(() => inner.stop());
    const agent = kubectlFor(inner, await identityFor(inner, 'lab', 'lab-kube'));
    onTestFinished(() => agent.dispose());
    const outer = await startKubeCluster('v18', [
      { name: 'chained', labels: {}, api: { kind: 'kubeconfig', path: agent.kubeconfig } },
    ]);
    onTestFinished(() => outer.stop());
    const client = kubectlFor(outer, await identityFor(outer, 'lab', 'chained'));
    onTestFinished(() => client.dispose());
    expect((await client.run(['get', 'pods'])).stdout).toContain('web-1');
    const exec = await client.run(['exec', '-i', 'web-1', '--', 'cat'], { input: 'through both' });
    expect(exec.stdout).toBe('through both');
  });

  it('that is down gives an answer', async () => {
    const path = join(kubectl.folder, 'down.yaml');
    const down = new Kubectl({ server: 'https://127.0.0.1:1', token: 't' });
    onTestFinished(() => down.dispose());
    writeFileSync(path, 'unused');
    const far = await startKubeCluster('v18', [
      { name: 'down', labels: {}, api: { kind: 'kubeconfig', path: down.kubeconfig } },
    ]);
    onTestFinished(() => far.stop());
    const { code, body } = await ask(far, await identityFor(far, 'lab', 'down'), '/api');
    expect(code).toBe(503);
    expect(body).toContain('cannot be reached');
  });
});
