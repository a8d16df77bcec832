import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Cluster, createCluster } from '../src/cluster/cluster.ts';
import { issueHostSsh } from '../src/cluster/issue.ts';
import { makeUser } from '../src/cluster/users.ts';
import type { AccountIdentity } from '../src/main/protocol/codec/identity.ts';
import { decodePublicKey, parseAuthorizedKey } from '../src/main/protocol/codec/ssh/keys.ts';
import { formatSshCertificateLine } from '../src/main/protocol/codec/ssh/certificate.ts';
import type { ProxyAddress } from '../src/main/protocol/net/address.ts';
import { type RunningSshd, startSshd } from '../src/main/protocol/net/ssh/testing/sshd.ts';
import { signInWithPassword } from '../src/main/protocol/client/login.ts';
import { findProxy, WebApi } from '../src/main/protocol/client/web-api.ts';

export const account = userInfo().username;

export interface Bench {
  readonly cluster: Cluster;
  readonly address: ProxyAddress;
  readonly identity: AccountIdentity;
  /** The registered OpenSSH server that both sides log in to. */
  readonly nodeId: string;
  readonly sshd: RunningSshd;
  /** A second user, for a window; `alice` has used her one-time code. */
  readonly viewer: {
    readonly address: string;
    readonly webCaPem: string;
    readonly user: { readonly name: string; readonly password: string };
    code(): string;
  };
  /** Arguments of `ssh` to the same server, with the same kind of certificate. `through` puts a ProxyCommand between. */
  sshArgs(through: boolean): string[];
  stop(): Promise<void>;
}

/** One real sshd behind the embedded cluster; `ssh` reaches the same sshd, through a ProxyCommand or directly. */
export async function setUp(options: { readonly sshdConfig?: readonly string[] } = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-bench-'));
  const user = makeUser('alice', ['developer']);
  const viewer = makeUser('bob', ['developer']);
  const nodeId = randomUUID();
  const cluster = await createCluster({
    name: 'bench.porthole',
    users: [user, viewer],
    roles: [{ name: 'developer', logins: [account], serverLabels: { '*': ['*'] } }],
  });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')]);
  const hostKey = decodePublicKey(parseAuthorizedKey(readFileSync(join(folder, 'host.pub'), 'utf8'))).key;
  const names = { principals: [nodeId, '127.0.0.1'], clusterName: cluster.name, role: 'Node' as const };
  const certificate = issueHostSsh(cluster.core.hostAuthority, hostKey, names, new Date());
  const sshd = await startSshd({
    userAuthorities: [cluster.userAuthorityLine],
    hostKey: readFileSync(join(folder, 'host'), 'utf8'),
    hostCertificate: formatSshCertificateLine(certificate),
    config: options.sshdConfig ?? [],
  });
  cluster.core.inventory.add([
    { kind: 'node', id: nodeId, name: 'sshd', address: `127.0.0.1:${sshd.port}`, labels: {} },
  ]);
  const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
  const { address, ping } = await findProxy(cluster.address, trust);
  const login = {
    userName: 'alice',
    password: user.password,
    oneTimeCode: cluster.core.users.currentCode('alice'),
  };
  const identity = await signInWithPassword(new WebApi({ address, trust }), ping, login);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'user')]);
  const issued = await cluster.core.issueUser(
    'alice',
    { ssh: readFileSync(join(folder, 'user.pub'), 'utf8'), tls: pem(identity) },
    3_600_000,
  );
  writeFileSync(join(folder, 'user-cert.pub'), issued.ssh);
  writeFileSync(join(folder, 'known'), `@cert-authority * ${cluster.core.hostAuthority.sshLine}`);
  const plain = [
    '-F',
    'none',
    '-i',
    join(folder, 'user'),
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    `UserKnownHostsFile=${join(folder, 'known')}`,
    '-p',
    String(sshd.port),
  ];
  const relay = join(import.meta.dirname, 'relay.mjs');
  return {
    cluster,
    address,
    identity,
    nodeId,
    sshd,
    viewer: {
      address: cluster.address,
      webCaPem: cluster.webCaPem,
      user: viewer,
      code: () => cluster.core.users.currentCode(viewer.name),
    },
    sshArgs: (through) => [
      ...plain,
      ...(through ? ['-o', `ProxyCommand=${process.execPath} ${relay} ${sshd.port}`] : []),
      `${account}@127.0.0.1`,
    ],
    stop: async () => {
      await sshd.stop();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pem(identity: AccountIdentity): string {
  return identity.tlsKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
