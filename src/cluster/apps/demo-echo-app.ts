import { createServer, type Socket } from 'node:net';
import { type DemoServer, listenLocally } from './demo-server.ts';

/** Sends back what it gets, also after its client has ended its own side. */
export async function startDemoEchoApp(): Promise<DemoServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  const listening = await listenLocally(server);
  return {
    ...listening,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await listening.stop();
    },
  };
}
