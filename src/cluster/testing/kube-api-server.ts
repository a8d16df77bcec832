import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { demoObjects } from '../kube/demo-objects.ts';
import { KubeApi } from '../kube/kube-api.ts';
import type { KubeIdentity } from '../kube/rbac.ts';
import { Kubectl } from './kubectl.ts';

export type KubeApiServer = Awaited<ReturnType<typeof startKubeApi>>;

export const master: KubeIdentity = { user: 'ann', groups: ['system:masters'] };

/** The Kubernetes API over plain HTTP, without the proxy in front, once its pods are ready. `kubectl` judges it. */
export async function startKubeApi() {
  const api = new KubeApi({ objects: demoObjects() });
  /** Who asks; tests may change it. */
  const caller = { identity: master };
  /** Protocols that clients changed to. */
  const upgrades: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => api.serve(request, response, caller.identity));
  server.on('upgrade', (request, socket, head) => {
    upgrades.push(String(request.headers.upgrade).toLowerCase());
    api.upgrade(request, socket, head, caller.identity);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubectl = new Kubectl({ server: `http://127.0.0.1:${port}` });
  await kubectl.run(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=20s']);
  return {
    api,
    caller,
    kubectl,
    port,
    sockets,
    upgrades,
    /** Writes a manifest in flow style and gives its path, always the same one. */
    manifest: (flow: string) => {
      const path = join(kubectl.folder, 'manifest.yaml');
      // kubectl takes what begins with a brace for JSON.
      writeFileSync(path, `---\n# flow style\n${flow}\n`);
      return path;
    },
    stop: () => {
      kubectl.dispose();
      api.stop();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
