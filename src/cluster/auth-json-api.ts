import { createServer, type Server } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isCaller } from './caller-status.ts';
import type { ClusterCore } from './core.ts';

/** The reads of the auth server that old versions have no gRPC for (auth-api.md 1.3). */
export function createAuthJsonApi(core: ClusterCore): Server {
  return createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url === '/v2/configuration/name';
    if (!isKnown) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found\n');
      return;
    }
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (!isCaller(core.checkCaller(request.socket as TLSSocket))) {
      answer(403, { error: { message: 'access denied' } });
      return;
    }
    answer(200, {
      kind: 'cluster_name',
      version: 'v2',
      metadata: { name: 'cluster-name' },
      spec: { cluster_name: core.options.name, cluster_id: core.clusterId },
    });
  });
}
