import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FromCluster, type FromParent } from '../../shared/demo/process-messages.ts';
import { createFileSecretBox } from '../loopback/secret-box.ts';
import { openAuthConnection } from '../protocol/client/auth-connection.ts';
import { signInWithPassword } from '../protocol/client/login.ts';
import { findProxy, WebApi } from '../protocol/client/web-api.ts';
import { AuthService } from '../protocol/codec/gen/auth/authservice_pb.js';
import { startDemoProcess } from './demo-process.ts';
import { openDemoStore } from './demo-store.ts';

const modulePath = join(import.meta.dirname, '../../cluster/main.ts');
const undo: (() => unknown)[] = [];
let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'porthole-demo-'));
});
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work();
  rmSync(dataFolder, { recursive: true, force: true });
});

const store = () => openDemoStore({ dataFolder, secrets: createFileSecretBox(dataFolder) });

async function clientOf(
  demo: { address: string; caPem: string },
  login: { userName: string; password: string; oneTimeCode: string },
) {
  const trust = { kind: 'ca' as const, pem: demo.caPem };
  const { address, ping } = await findProxy(demo.address, trust);
  const identity = await signInWithPassword(new WebApi({ address, trust }), ping, login);
  const connection = await openAuthConnection({ address, identity });
  undo.push(() => connection.dispose());
  return createClient(AuthService, connection.transport);
}

describe('the process of the demo cluster', () => {
  it('gives credentials of each of its users', async () => {
    const demo = await startDemoProcess(modulePath, store());
    undo.push(() => demo.stop());
    expect(demo.users.map(({ userName }) => userName)).toEqual(['demo', 'robin', 'sasha']);
    for (const { userName } of demo.users) {
      const client = await clientOf(demo, { userName, ...(await demo.credentials(userName)) });
      expect((await client.ping({})).clusterName).toBe('demo.porthole');
    }
  });

  it('keeps requests and secrets over a killed process, and no secret in the clear', async () => {
    const first = await startByHand();
    const login = await first.credentials('demo');
    const client = await clientOf(first, { userName: 'demo', ...login });
    const made = await client.createAccessRequestV2({
      metadata: { name: randomUUID() },
      spec: { user: 'demo', roles: ['ledger-admin'], requestReason: 'the books of May' },
    });
    first.kill();
    await first.gone;
    const second = await startDemoProcess(modulePath, store());
    undo.push(() => second.stop());
    expect((await second.credentials('demo')).password).toBe(login.password);
    const again = await clientOf(second, { userName: 'demo', ...(await second.credentials('demo')) });
    const { accessRequests } = await again.listAccessRequests({ limit: 10 });
    expect(accessRequests.map((one) => [one.metadata?.name, one.spec?.requestReason])).toEqual([
      [made.metadata?.name, 'the books of May'],
    ]);
    const files = readdirSync(dataFolder, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    const bytes = Buffer.concat(files.map((one) => readFileSync(join(one.parentPath, one.name))));
    expect(bytes.includes('the books of May')).toBe(true);
    expect(bytes.includes(login.password)).toBe(false);
    expect(bytes.includes(store()?.key ?? '')).toBe(false);
  }, 30_000);

  it('says at once that it was killed, to whoever asks it for credentials', async () => {
    const demo = await startDemoProcess(modulePath, undefined);
    undo.push(() => demo.stop());
    process.kill(demo.pid, 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(demo.pid, 0)).toThrow('ESRCH'));
    // Twice: before this process has heard of the end, and after it.
    for (let count = 0; count < 2; count += 1)
      await expect(demo.credentials('demo')).rejects.toMatchObject({ reason: 'Its process has ended.' });
  });

  it('works without keeping anything while another has the data open', async () => {
    const first = await startDemoProcess(modulePath, store());
    undo.push(() => first.stop());
    const second = await startDemoProcess(modulePath, store());
    undo.push(() => second.stop());
    expect((await second.credentials('demo')).oneTimeCode).toMatch(/^\d{6}$/);
  });
});

/** As `startDemoProcess` does, with a process that can be killed. */
async function startByHand() {
  const child = fork(modulePath, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  undo.push(() => child.kill('SIGKILL'));
  const send = (message: FromParent) => child.send(message);
  const next = async <K extends FromCluster['kind']>(kind: K) => {
    const message = FromCluster.parse(((await once(child, 'message')) as unknown[])[0]);
    if (message.kind !== kind) throw new Error(`unexpected message: ${message.kind}`);
    return message as Extract<FromCluster, { kind: K }>;
  };
  const kept = store();
  send({ kind: 'begin', ...(kept ? { kept: { ...kept } } : {}) });
  const ready = await next('ready');
  return {
    ...ready,
    credentials: async (userName: string) => {
      send({ kind: 'credentials', id: 1, userName });
      const { password, oneTimeCode } = await next('credentials');
      return { password, oneTimeCode };
    },
    gone: once(child, 'exit'),
    kill: () => child.kill('SIGKILL'),
  };
}
