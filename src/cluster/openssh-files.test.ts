import { type ExecFileException, execFile, execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import { makeUser } from './users.ts';

const account = userInfo().username;
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** OpenSSH's own `scp` and `sftp` reach the node through the proxy, as protocol/ssh.md 1 says: TLS with ALPN, then a subsystem. */
describe('files of the node, for OpenSSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-openssh-files-'));
  const users = [makeUser('alice', ['developer']), makeUser('sam', ['reader'])];
  let cluster: Cluster;

  beforeAll(async () => {
    const logins = { logins: [account], serverLabels: { '*': ['*'] } };
    cluster = await createCluster({
      name: 'openssh.porthole',
      users,
      roles: [
        { name: 'developer', ...logins },
        { name: 'reader', ...logins, sshFileCopy: false },
      ],
      localNode: { hostname: 'workbench', labels: {} },
    });
    for (const user of users) await writeConfig(user.name);
    writeFileSync(join(folder, 'large'), randomBytes(5_000_001));
    mkdirSync(join(folder, 'tree/sub'), { recursive: true });
    writeFileSync(join(folder, 'tree/sub/a b'), 'x', { mode: 0o640 });
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['the SFTP protocol', []],
    ['the old protocol', ['-O']],
  ])('go both ways with scp over %s', async (_name, flags) => {
    const target = join(folder, `copy${flags.length}`);
    expect(await scp('alice', ...flags, '-p', join(folder, 'large'), `workbench:${target}`)).toBe('');
    expect(digest(target)).toBe(digest(join(folder, 'large')));
    expect(await scp('alice', ...flags, `workbench:${target}`, `${target}-down`)).toBe('');
    expect(digest(`${target}-down`)).toBe(digest(target));
    expect(await scp('alice', ...flags, '-rp', join(folder, 'tree'), `workbench:${target}-tree`)).toBe('');
    const copied = join(`${target}-tree`, 'sub/a b');
    expect(readFileSync(copied, 'utf8')).toBe('x');
    expect(statSync(copied).mode & 0o777).toBe(0o640);
  });

  it.each([[[]], [['-O']]])('are refused by a role: scp %j', async (flags) => {
    const target = join(folder, `refused${flags.length}`);
    const said = await scp('sam', ...flags, join(folder, 'large'), `workbench:${target}`).catch(
      (error: ExecFileException) => error,
    );
    expect(said).toBeInstanceOf(Error);
    expect(() => statSync(target)).toThrow('ENOENT');
  });

  function scp(user: string, ...args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const all = ['-q', '-F', join(folder, user, 'config'), ...args];
      execFile('scp', all, { timeout: 30_000 }, (error, _stdout, stderr) =>
        error ? reject(error) : resolve(stderr),
      );
    });
  }

  async function writeConfig(user: string): Promise<void> {
    const place = join(folder, user);
    mkdirSync(place);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(place, 'key')]);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = {
      ssh: readFileSync(join(place, 'key.pub'), 'utf8'),
      tls: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const issued = await cluster.core.issueUser(user, keys, 3_600_000);
    writeFileSync(join(place, 'key-cert.pub'), issued.ssh);
    writeFileSync(join(place, 'known'), `@cert-authority * ${cluster.core.hostAuthority.sshLine}\n`);
    const tls = `openssl s_client -quiet -connect ${cluster.address} -alpn teleport-proxy-ssh 2>/dev/null`;
    writeFileSync(
      join(place, 'config'),
      [
        'Host proxy',
        `  ProxyCommand ${tls}`,
        'Host workbench',
        `  ProxyCommand ssh -F ${join(place, 'config')} -s proxy proxy:%h:0`,
        'Host *',
        `  User ${account}`,
        `  IdentityFile ${join(place, 'key')}`,
        '  IdentitiesOnly yes',
        `  UserKnownHostsFile ${join(place, 'known')}`,
        '',
      ].join('\n'),
    );
  }
});
