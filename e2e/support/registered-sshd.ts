import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { formatSshCertificateLine } from '../../src/main/protocol/codec/ssh/certificate.ts';
import { decodePublicKey, parseAuthorizedKey } from '../../src/main/protocol/codec/ssh/keys.ts';
import { startSshd } from '../../src/main/protocol/net/ssh/testing/sshd.ts';

/** A real sshd that trusts the cluster's users, shows a certificate of its host authority, and is registered with it. */
export async function startRegisteredSshd(cluster: Cluster, hostname: string) {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-registered-'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
  const { key } = decodePublicKey(parseAuthorizedKey(readFileSync(join(folder, 'key.pub'), 'utf8')));
  const id = randomUUID();
  const sshd = await startSshd({
    userAuthorities: [cluster.userAuthorityLine],
    hostKey: readFileSync(join(folder, 'key'), 'utf8'),
    hostCertificate: formatSshCertificateLine(cluster.issueHostCertificate(key, id, hostname)),
  });
  rmSync(folder, { recursive: true });
  cluster.core.inventory.add([
    {
      kind: 'node',
      id,
      name: hostname,
      address: `127.0.0.1:${sshd.port}`,
      labels: { kind: 'openssh' },
      openssh: true,
    },
  ]);
  return {
    ...sshd,
    id,
    /** Ends the processes that serve connections; they are children of the listener. */
    killSessions: () => execFileSync('pkill', ['-KILL', '-P', String(sshd.pid)]),
  };
}
