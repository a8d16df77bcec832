import { type Duplex, duplexPair } from 'node:stream';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { answerAgentMessage, createAgentStream } from './agent.ts';
import { connectSsh, type SshConnection } from './client.ts';
import { interceptChannelRequests, refuseChannel } from './server.ts';
import { issue, makeAuthority } from './testing/identities.ts';
import { connectToOwnServer } from './testing/own-server.ts';

const users = makeAuthority();

interface Served {
  readonly connection: SshConnection;
  readonly requests: string[];
  readonly serverStream: Duplex;
}

/** Our client and our server in one process, so that every request that crosses can be seen. */
async function serve(onSession: (session: Session, connection: Connection) => void): Promise<Served> {
  const requests: string[] = [];
  const { connection, serverStream } = await connectToOwnServer({
    ident:
      'Teleport resume-v1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA id',
    onConnection: (accepted) => {
      interceptChannelRequests(accepted, (_target, name) => {
        requests.push(name);
        return undefined;
      });
      accepted.on('session', (accept) => onSession(accept(), accepted));
    },
  });
  return { connection, requests, serverStream };
}

describe('window-change', () => {
  it('is never sent on a channel without a terminal', async () => {
    let channel: ServerChannel | undefined;
    const { connection, requests } = await serve((session) => {
      session.on('exec', (accept) => {
        channel = accept();
      });
    });
    const command = await connection.exec('x');
    command.resize({ cols: 100, rows: 40 });
    await connection.ping();
    expect(requests).toEqual(['exec']);
    channel?.exit(0);
    channel?.close();
  });

  it('is sent on a channel with one, and not after its end', async () => {
    let channel: ServerChannel | undefined;
    const { connection, requests } = await serve((session) => {
      session.on('pty', (accept) => accept());
      session.on('window-change', (accept) => accept?.());
      session.on('shell', (accept) => {
        channel = accept();
      });
    });
    const shell = await connection.openShell({ term: 'xterm', cols: 80, rows: 24 });
    shell.resume();
    shell.resize({ cols: 100, rows: 40 });
    await connection.ping();
    expect(requests).toEqual(['pty-req', 'shell', 'window-change']);
    channel?.exit(0);
    channel?.close();
    await shell.ended;
    shell.resize({ cols: 10, rows: 10 });
    await connection.ping();
    expect(requests).toHaveLength(3);
  });
});

describe('a shell', () => {
  it('asks for nothing that a Teleport server does not know', async () => {
    const known = new Set(['env', 'pty-req', 'shell', 'window-change']);
    const { connection, requests } = await serve((session) => {
      session.on('pty', (accept) => accept());
      session.on('env', (accept) => accept?.());
      session.on('shell', (accept) => accept());
    });
    await connection.openShell({ term: 'xterm', cols: 80, rows: 24, env: { LANG: 'C.UTF-8' } });
    for (const name of requests) expect(known.has(name), name).toBe(true);
  });
});

describe('a hop that merely ends its data', () => {
  it('closes the connection with a reason instead of leaving it for ever', async () => {
    const { connection, serverStream } = await serve(() => undefined);
    const closed = new Promise((resolve) => connection.onClose(resolve));
    serverStream.end();
    expect(await closed).toMatchObject({ code: 'connection-lost' });
    await expect(connection.exec('x')).rejects.toMatchObject({ code: 'connection-lost' });
  });
});

describe('a refused subsystem', () => {
  it('carries the text that the proxy wrote', async () => {
    const { connection } = await serve((session, server) => {
      session.on('subsystem', (_accept, reject) => {
        refuseChannel(
          server,
          session,
          reject,
          'failed to dial target host\n\tunable to locate node matching UUID-like target x',
        );
      });
    });
    await expect(connection.openSubsystem('proxy:x:0@default@c')).rejects.toMatchObject({
      code: 'resource-gone',
      detail: expect.stringContaining('unable to locate node'),
    });
  });
});

describe('the agent', () => {
  const identity = issue(users, 'ed25519');

  it('answers every message, also those that it does not know', () => {
    for (let type = 0; type < 256; type += 1) {
      expect(answerAgentMessage(identity, Buffer.from([type, 0, 0, 0, 9])).length).toBeGreaterThan(0);
    }
    expect(answerAgentMessage(identity, Buffer.alloc(0))).toEqual(Buffer.from([5]));
  });

  it('lists its certificate and answers frames that come in pieces', async () => {
    const stream = createAgentStream(identity);
    const request = Buffer.from([0, 0, 0, 1, 11]);
    for (const byte of request) stream.write(Buffer.from([byte]));
    const [answer] = (await new Promise<[Buffer]>((resolve) =>
      stream.once('data', (chunk: Buffer) => resolve([chunk])),
    )) as [Buffer];
    expect(answer[4]).toBe(12);
    expect(answer.includes(identity.certificate)).toBe(true);
  });
});

describe('cancelling', () => {
  it('ends a connection that is being made', async () => {
    const [ours] = duplexPair();
    const abort = new AbortController();
    const pending = connectSsh(
      {
        stream: ours,
        username: 'root',
        identity: issue(users, 'ed25519'),
        host: { name: 'x', authorities: [], principals: [] },
      },
      abort.signal,
    );
    setTimeout(() => abort.abort(), 20);
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    expect(ours.destroyed).toBe(true);
  });
});
