import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInWithPassword } from '../main/protocol/client/login.ts';
import { connectToNode } from '../main/protocol/client/node-session.ts';
import { openProxyConnection } from '../main/protocol/client/proxy-connection.ts';
import type { ProxyConnection } from '../main/protocol/client/proxy-types.ts';
import { findProxy, WebApi } from '../main/protocol/client/web-api.ts';
import type { AccountIdentity } from '../main/protocol/codec/identity.ts';
import { formatSshCertificateLine } from '../main/protocol/codec/ssh/certificate.ts';
import { decodePublicKey, parseAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';
import { type RunningSshd, startSshd } from '../main/protocol/net/ssh/testing/sshd.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { makeUser } from './users.ts';

const account = userInfo().username;
const good = '00000000-0000-4000-8000-0000000000aa';
const bad = '00000000-0000-4000-8000-0000000000bb';
const gone = '00000000-0000-4000-8000-0000000000cc';
let cluster: Cluster;
let sshd: RunningSshd;
let plain: RunningSshd;
let identity: AccountIdentity;
let proxy: ProxyConnection;

beforeAll(async () => {
  const user = makeUser('alice', ['developer', 'guest']);
  cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [
      { name: 'developer', logins: [account], serverLabels: { env: ['test'] } },
      // A login of the certificate that no role gives on these servers.
      { name: 'guest', logins: ['daemon'], serverLabels: { env: ['elsewhere'] } },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'porthole-forward-'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
  const { key } = decodePublicKey(parseAuthorizedKey(readFileSync(join(folder, 'key.pub'), 'utf8')));
  const hostKey = readFileSync(join(folder, 'key'), 'utf8');
  rmSync(folder, { recursive: true });
  const userAuthorities = [cluster.userAuthorityLine];
  const hostCertificate = formatSshCertificateLine(cluster.issueHostCertificate(key, good, 'bastion'));
  sshd = await startSshd({ userAuthorities, hostKey, hostCertificate });
  plain = await startSshd({ userAuthorities, hostKey });
  const node = (id: string, port: number) => ({
    kind: 'node' as const,
    id,
    name: id.slice(-2),
    address: `127.0.0.1:${port}`,
    labels: { env: 'test' },
    openssh: true,
  });
  cluster.core.inventory.add([node(good, sshd.port), node(bad, plain.port), node(gone, 2)]);
  const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
  const { address, ping } = await findProxy(cluster.address, trust);
  const login = {
    userName: 'alice',
    password: user.password,
    oneTimeCode: cluster.core.users.currentCode('alice'),
  };
  identity = await signInWithPassword(new WebApi({ address, trust }), ping, login);
  proxy = await openProxyConnection({ address, identity });
});
afterAll(async () => {
  proxy?.dispose();
  await sshd?.stop();
  await plain?.stop();
  await cluster?.stop();
});

const log = (nodeId: string, login = account) =>
  connectToNode({ proxy, identity, nodeId, nodeName: 'bastion', login });

describe('a registered OpenSSH server', () => {
  it('runs commands, with output, input and exit code', async () => {
    const node = await log(good);
    const channel = await node.exec('cat; echo oops >&2; exit 5');
    let text = '';
    let errors = '';
    channel.onData((chunk) => {
      text += chunk.toString();
    });
    channel.onStderr((chunk) => {
      errors += chunk.toString();
    });
    channel.resume();
    channel.write(Buffer.from('through the proxy\n'));
    channel.endInput();
    expect(await channel.ended).toEqual({ kind: 'exited', code: 5 });
    expect(text).toBe('through the proxy\n');
    expect(errors).toBe('oops\n');
    node.dispose();
  });

  it('gives a shell that follows the size, and sends 32 MiB without loss', async () => {
    const node = await log(good);
    const shell = await node.openShell({ term: 'xterm-256color', cols: 90, rows: 30 });
    let text = '';
    shell.onData((chunk) => {
      text += chunk.toString();
    });
    shell.resume();
    shell.resize({ cols: 111, rows: 33 });
    shell.write(Buffer.from('stty size; exit 3\n'));
    expect(await shell.ended).toEqual({ kind: 'exited', code: 3 });
    expect(text).toContain('33 111');
    const big = await node.exec('head -c 33554432 /dev/zero');
    let size = 0;
    big.onData((chunk) => {
      size += chunk.length;
    });
    big.resume();
    await big.ended;
    expect(size).toBe(33_554_432);
    node.dispose();
  });

  it('carries the SFTP subsystem', async () => {
    const node = await log(good);
    const channel = await node.openSubsystem('sftp');
    const version = new Promise<Buffer>((resolve) => channel.once('data', resolve));
    channel.write(Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3]));
    expect((await version)[4]).toBe(2);
    node.dispose();
  });

  it('refuses a login that the certificate has but no role gives here', async () => {
    expect(identity.sshCertificate.principals).toContain('daemon');
    await expect(log(good, 'daemon')).rejects.toMatchObject({ code: 'login-refused' });
  });

  it('is not entered without a host certificate of the cluster, and a dead one is told', async () => {
    const node = await log(bad);
    await expect(node.exec('true')).rejects.toMatchObject({ code: 'host-untrusted' });
    await expect(log(gone)).rejects.toMatchObject({ code: 'resource-offline' });
    node.dispose();
  });
});
