import { once } from 'node:events';
import type { Server } from 'node:net';

/** A small server of the cluster's own, on 127.0.0.1. */
export interface DemoServer {
  readonly port: number;
  stop(): Promise<void>;
}

export async function listenLocally(server: Server): Promise<DemoServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
