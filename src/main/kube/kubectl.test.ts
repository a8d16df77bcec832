import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createPlain, type Server as PlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoObjects } from '../../cluster/kube/demo-objects.ts';
import { KubeApi } from '../../cluster/kube/kube-api.ts';
import { Kubectl, outputMatching } from '../../cluster/testing/kubectl.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { formatAccountUri } from '../../shared/uri/uri.ts';
import { Log } from '../log/log.ts';
import { KubeGateway } from './kube-gateway.ts';
import type { KubeCredential, KubeTarget } from './kube-target.ts';
import { Kubeconfigs } from './kubeconfigs.ts';
import { makeLocalAuthority } from './local-authority.ts';

/** The real kubectl, through the gateway, to an API that only the gateway can reach. */
describe('kubectl through the gateway', () => {
  const api = new KubeApi({ objects: demoObjects() });
  const folder = mkdtempSync(join(tmpdir(), 'porthole-kube-'));
  const account = formatAccountUri({ address: 'proxy.test:443', userName: 'alice' });
  const failures: AppError[] = [];
  const farSockets = new Set<{ destroy(): void }>();
  let credentialOf: () => Promise<KubeCredential>;
  let gateway: KubeGateway;
  let far: Server;
  let near: PlainServer;
  let kubectl: Kubectl;

  beforeAll(async () => {
    const [remote, authority] = await Promise.all([
      makeLocalAuthority(new Date()),
      makeLocalAuthority(new Date()),
    ]);
    const identity = { user: 'ann', groups: ['system:masters'] };
    far = createServer(
      { key: remote.serverKey, cert: remote.serverCertificate, ca: remote.certificate, requestCert: true },
      (request, response) => api.serve(request, response, identity),
    );
    far.on('upgrade', (request, socket, head) => api.upgrade(request, socket, head, identity));
    far.on('secureConnection', (socket) => {
      farSockets.add(socket);
      socket.once('close', () => farSockets.delete(socket));
    });
    far.listen(0, '127.0.0.1');
    await once(far, 'listening');
    const credential: KubeCredential = {
      key: createPrivateKey(remote.clientKey),
      certificate: remote.clientCertificate,
      validUntil: new Date(Date.now() + 3_600_000),
    };
    credentialOf = async () => credential;
    const target: KubeTarget = {
      name: 'eu.prod/ü',
      host: 'proxy.test',
      credential: () => credentialOf(),
      dial: async (given) => {
        const socket = connect({
          host: '127.0.0.1',
          port: (far.address() as AddressInfo).port,
          servername: 'localhost',
          ca: remote.certificate,
          key: given.key.export({ type: 'pkcs8', format: 'pem' }),
          cert: given.certificate,
        });
        await once(socket, 'secureConnect');
        return socket;
      },
      onFailure: (error) => failures.push(error),
      traffic: {
        opened: () => undefined,
        closed: () => undefined,
        fromClient: () => undefined,
        toClient: () => undefined,
      },
    };
    gateway = new KubeGateway(authority);
    gateway.serve(target);
    near = createPlain({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => gateway.accept(socket));
    near.listen(0, '127.0.0.1');
    await once(near, 'listening');
    const kubeconfigs = new Kubeconfigs({
      folder,
      log: new Log(join(folder, 'logs')).logger,
      environment: { HOME: folder },
      labelOf: () => 'alice@proxy.test:443',
    });
    const { port } = near.address() as AddressInfo;
    await kubeconfigs.write(account, authority, [
      { name: target.name, teleportCluster: 'test.porthole', port },
    ]);
    kubectl = new Kubectl({ server: 'http://127.0.0.1:1' });
    writeFileSync(kubectl.kubeconfig, readFileSync(kubeconfigs.pathOf(account)));
    await kubectl.run(['config', 'set-context', '--current', '--namespace=demo']);
    const ready = await kubectl.run(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=20s']);
    expect(ready.stderr).toBe('');
  });

  afterAll(() => {
    kubectl.dispose();
    gateway.dispose();
    near.close();
    api.stop();
    far.closeAllConnections();
    far.close();
  });

  const webSockets = (flag: string) => ({
    KUBECTL_REMOTE_COMMAND_WEBSOCKETS: flag,
    KUBECTL_PORT_FORWARD_WEBSOCKETS: flag,
  });

  it('gets and applies', async () => {
    expect((await kubectl.run(['config', 'current-context'])).stdout).toBe('eu.prod/ü@test.porthole\n');
    expect((await kubectl.run(['get', 'pods'])).stdout).toMatch(/web-1 +1\/1 +Running/);
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: "1"}\n';
    const apply = (text: string) => kubectl.run(['apply', '-f', '-'], { input: text });
    expect((await apply(manifest)).stdout).toBe('configmap/settings created\n');
    expect((await apply(manifest.replace('"1"', '"2"'))).stdout).toBe('configmap/settings configured\n');
    expect((await kubectl.run(['get', 'cm', 'none'])).stderr).toContain('configmaps "none" not found');
    expect(failures).toEqual([]);
  });

  it.each(['true', 'false'])(
    'executes, with streams, exit codes and a terminal (WebSocket: %s)',
    async (flag) => {
      const env = webSockets(flag);
      const failed = await kubectl.run(
        ['exec', 'web-1', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
        {
          env,
        },
      );
      expect(failed).toMatchObject({ code: 7, stdout: 'out\n' });
      const counted = await kubectl.run(['exec', '-i', 'web-1', '--', 'wc', '-c'], {
        env,
        input: Buffer.alloc(2_000_000, 'x'),
      });
      expect(counted.stdout.trim()).toBe('2000000');
      const { output, code } = await kubectl.converse(
        ['exec', '-it', 'web-1', '--', 'sh'],
        [[/[$#] $/, 'stty size; echo sum-$((40+2)); exit 5\r']],
        env,
      );
      expect(output).toMatch(/30 100[^]*sum-42/);
      expect(code).toBe(5);
    },
  );

  it.each(['true', 'false'])('attaches (WebSocket: %s)', async (flag) => {
    const { output } = await kubectl.converse(
      ['attach', '-it', 'toolbox'],
      [
        [/(press|attach)/i, '\r'],
        [/[$#] $/, 'echo product-$((6*7)); exit\r'],
      ],
      webSockets(flag),
    );
    expect(output).toContain('product-42');
    await kubectl.run(['wait', '--for=condition=Ready', 'pod', 'toolbox', '--timeout=20s']);
  });

  it('copies files both ways', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
    writeFileSync(join(kubectl.folder, 'here.bin'), bytes);
    expect((await kubectl.run(['cp', 'here.bin', 'web-1:there.bin'])).stderr).toBe('');
    expect((await kubectl.run(['cp', 'web-1:there.bin', 'back.bin'])).code).toBe(0);
    expect(readFileSync(join(kubectl.folder, 'back.bin')).equals(bytes)).toBe(true);
  });

  it.each(['true', 'false'])('forwards ports (WebSocket: %s)', async (flag) => {
    const forward = kubectl.start(
      ['port-forward', 'web-1', ':8080', '--address=127.0.0.1'],
      webSockets(flag),
    );
    const output = await outputMatching(forward, /Forwarding from 127\.0\.0\.1:\d+/);
    const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    const texts = await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
    );
    expect(texts.filter((text) => text.startsWith('Hello from web-1'))).toHaveLength(20);
    forward.kill();
  });

  it('serves the API on a plain port by kubectl proxy', async () => {
    const proxy = kubectl.start(['proxy', '--port=0', '--address=127.0.0.1']);
    const output = await outputMatching(proxy, /Starting to serve on 127\.0\.0\.1:\d+/);
    const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/demo/configmaps/shop`);
    expect(await answer.json()).toMatchObject({ data: { currency: 'EUR' } });
    proxy.kill();
  });

  it('follows logs until the far side is killed, tells it, and goes on with the next command', async () => {
    const follow = kubectl.start(['logs', '-f', 'web-1', '--tail=1']);
    await outputMatching(follow, /healthy[^]*\n[^]*healthy[^]*\n/);
    const ended = once(follow, 'close');
    for (const socket of farSockets) socket.destroy();
    const [code] = (await ended) as [number];
    expect(code).not.toBe(0);
    expect(failures.map((error) => error.code)).toEqual(['connection-lost']);
    expect((await kubectl.run(['get', 'pods', '-o', 'name'])).stdout).toContain('pod/web-1');
    failures.length = 0;
  });

  it('shows what the person has to do, and goes through afterwards', async () => {
    const usual = credentialOf;
    let cancel: ((error: AppError) => void) | undefined;
    const waiting = new Promise<KubeCredential>((_resolve, reject) => (cancel = reject));
    credentialOf = () => waiting;
    const waited = await kubectl.run(['get', 'pods']);
    expect(waited.code).not.toBe(0);
    expect(waited.stderr).toContain("Answer the question in Porthole's window");
    cancel?.(new AppError('cancelled', 'The question was closed.'));
    credentialOf = async () => {
      throw new AppError('access-denied', 'Your roles do not allow it.', { advice: 'Ask for access first.' });
    };
    const refused = await kubectl.run(['get', 'pods']);
    expect(refused.stderr).not.toBe('');
    expect(failures.at(-1)).toMatchObject({ code: 'access-denied', message: 'Your roles do not allow it.' });
    credentialOf = usual;
    expect((await kubectl.run(['get', 'pods'])).code).toBe(0);
  });
});
