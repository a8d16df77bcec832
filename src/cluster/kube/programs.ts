import { once } from 'node:events';
import { createServer } from 'node:http';

/** A program that comes with the cluster and stands for an image; it runs inside the cluster's own process. */
export interface BuiltInProgram {
  /** Port of the container to the port on this machine that answers for it. */
  readonly ports: ReadonlyMap<number, number>;
  stop(): void;
}

export interface ProgramHost {
  readonly podName: string;
  /** The first TCP port that the container declares. */
  readonly port: number;
  readonly write: (line: string) => void;
}

const prefix = 'porthole.demo/';
const tickMs = 2_000;

export const builtInImages = { web: `${prefix}web`, worker: `${prefix}worker` } as const;

export async function startBuiltIn(image: string, host: ProgramHost): Promise<BuiltInProgram | undefined> {
  if (image === builtInImages.web) return startWeb(host);
  return image === builtInImages.worker ? startWorker(host) : undefined;
}

/** A small web server that writes an access log. */
async function startWeb({ podName, port, write }: ProgramHost): Promise<BuiltInProgram> {
  let hits = 0;
  const server = createServer((request, response) => {
    hits += 1;
    request.resume();
    const isKnown = request.url === '/' || request.url === '/healthz';
    const body = isKnown ? `Hello from ${podName}. You are visitor ${hits}.\n` : 'Nothing is here.\n';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(body);
    write(`${request.method} ${request.url} ${isKnown ? 200 : 404} ${Buffer.byteLength(body)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const local = typeof address === 'object' && address !== null ? address.port : 0;
  write(`${podName} listens on port ${port}`);
  const timer = setInterval(() => write(`healthy, ${hits} requests so far`), tickMs);
  return {
    ports: new Map([[port, local]]),
    stop: () => {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Works through an endless queue and writes about it. */
function startWorker({ podName, write }: ProgramHost): BuiltInProgram {
  let done = 0;
  write(`${podName} waits for work`);
  const timer = setInterval(() => {
    done += 1;
    write(`job ${done} done`);
  }, tickMs);
  return { ports: new Map(), stop: () => clearInterval(timer) };
}
