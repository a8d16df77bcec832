import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  dialLocal,
  openDescriptors,
  readSome,
  readToEnd,
  type StartedApp,
  type StartedCluster,
  startTunnelApp,
  startTunnelCluster,
  until,
} from '../testing/tunnel-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A TCP app of the cluster, and a tunnel to it. */
async function start(serve: (socket: Socket) => void) {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: appPort } = server.address() as { port: number };
  const started: StartedCluster = await startTunnelCluster({
    apps: [{ name: 'service', uri: `tcp://127.0.0.1:${appPort}`, labels: {} }],
  });
  const app: StartedApp = await startTunnelApp(started);
  cleanUps.push(async () => {
    await app.app.dispose();
    await started.cluster.stop();
    server.close();
  });
  const tunnel = await app.openReady({ kind: 'app', resourceUri: app.uri('app', 'service') });
  return { app, started, id: tunnel.id, port: tunnel.port };
}

const echo = (socket: Socket) => void socket.pipe(socket);

describe('the pipe of a tunnel', () => {
  it('lets an answer through that comes after the client has ended its side', async () => {
    const { port } = await start((socket) => {
      socket.once('data', (chunk) => {
        setTimeout(() => socket.end(`answer to ${chunk}`), 300);
      });
    });
    const socket = await dialLocal(port);
    socket.end('question');
    expect((await readToEnd(socket)).toString()).toBe('answer to question');
  });

  it('ends a connection whose client has ended its side, after the answer and some silence', async () => {
    const { port, app, id } = await start(echo);
    const socket = await dialLocal(port);
    socket.end('all');
    expect((await readToEnd(socket)).toString()).toBe('all');
    await until(() => app.tunnel(id).traffic.openConnections === 0);
  });

  it('passes the end of the far side on, after all of its bytes', async () => {
    const big = Buffer.alloc(3_000_000, 'x');
    const { port, app, id } = await start((socket) => socket.end(big));
    const socket = await dialLocal(port);
    expect((await readToEnd(socket)).equals(big)).toBe(true);
    // The client's own side is still open; the tunnel does not wait for it for ever.
    socket.end();
    await until(() => app.tunnel(id).traffic.openConnections === 0);
  });

  it('carries every byte both ways', async () => {
    const { port } = await start(echo);
    const socket = await dialLocal(port);
    const sent = Buffer.from(Array.from({ length: 5_000_000 }, (_, index) => (index * 7) & 255));
    const back = readSome(socket, sent.length);
    socket.write(sent);
    expect((await back).equals(sent)).toBe(true);
    socket.destroy();
  });

  it('keeps its memory flat when the client reads slowly', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 20, 'y');
    const { port, app, id } = await start((socket) => {
      const send = () => {
        while (socket.writable) {
          sent += chunk.length;
          if (!socket.write(chunk)) break;
        }
      };
      socket.on('drain', send);
      send();
    });
    const socket = await dialLocal(port);
    socket.pause();
    let before = -1;
    await until(() => {
      const stands = sent === before;
      before = sent;
      return stands && sent > 0;
    });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const stood = sent;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBe(stood);
    // What is under way fills the buffers of the system; the rest waits at its source.
    expect(sent).toBeLessThan(64 << 20);
    socket.on('data', () => undefined);
    socket.resume();
    await until(() => sent > stood + (32 << 20));
    socket.destroy();
    await until(() => app.tunnel(id).traffic.openConnections === 0);
  });

  it('keeps its memory flat when the far side reads slowly', async () => {
    let held: Socket | undefined;
    const { port } = await start((socket) => {
      held = socket;
      socket.pause();
    });
    const socket = await dialLocal(port);
    const chunk = Buffer.alloc(1 << 20, 'z');
    let sent = 0;
    const send = () => {
      while (socket.writable && sent < 512 << 20) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', send);
    send();
    await until(() => held !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const stood = sent;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBe(stood);
    expect(sent).toBeLessThan(64 << 20);
    socket.destroy();
  });

  it('carries 500 connections at once and leaves no descriptor behind', async () => {
    const { port, app, id } = await start(echo);
    const warm = await dialLocal(port);
    warm.write('w');
    await readSome(warm, 1);
    warm.destroy();
    await until(() => app.tunnel(id).traffic.openConnections === 0);
    await until(() => openDescriptors() > 0);
    const before = openDescriptors();
    const sockets = await Promise.all(Array.from({ length: 500 }, () => dialLocal(port)));
    const answers = await Promise.all(
      sockets.map(async (socket, index) => {
        const text = `number ${index}`;
        socket.write(text);
        return (await readSome(socket, text.length)).toString() === text;
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
    await until(() => app.tunnel(id).traffic.openConnections === 500);
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.destroy();
      else socket.end();
    }
    await until(() => app.tunnel(id).traffic.openConnections === 0);
    for (const socket of sockets) socket.destroy();
    await until(() => openDescriptors() <= before + 2);
    expect(app.tunnel(id).lastError).toBeUndefined();
  }, 60_000);
});
