import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CertificateSlotOptions } from '../src/main/tunnels/certificate-slot.ts';
import { CertificateSlot } from '../src/main/tunnels/certificate-slot.ts';
import { listenLocally } from '../src/main/tunnels/port-listener.ts';
import { serveConnection } from '../src/main/tunnels/serve-connection.ts';
import { TunnelDialer } from '../src/main/tunnels/tunnel-dialer.ts';
import { Traffic } from '../src/main/tunnels/traffic.ts';
import { databaseTarget } from '../src/main/db/database-target.ts';
import type { AccountUri, ResourceUri } from '../src/shared/uri/uri.ts';

// The app's tunnels in a process of their own: a folder with key.pem and cert.pem; then, for each, local port, far port,
// and who speaks first.
const [folder, ...routes] = process.argv.slice(2);
const pem = readFileSync(`${folder}/cert.pem`, 'utf8');
const year = 365 * 24 * 3_600_000;
const issue: CertificateSlotOptions['issue'] = async () => ({
  key: createPrivateKey(readFileSync(`${folder}/key.pem`, 'utf8')),
  certificate: pem,
  validFrom: new Date(),
  validUntil: new Date(Date.now() + year),
  issuedAt: Date.now(),
  hasSecondFactor: false,
});
const unused = () => Promise.reject(new Error('there is no cluster here'));
for (let at = 0; at < routes.length; at += 3)
  await serve(Number(routes[at]), Number(routes[at + 1]), routes[at + 2] ?? '');
process.stdout.write('up\n');

async function serve(localPort: number, farPort: number, speaksFirst: string): Promise<void> {
  const target = databaseTarget(
    {
      id: 'bench',
      target: {
        kind: 'database',
        resourceUri: '/clusters/a/users/b/databases/bench' as ResourceUri,
        databaseUser: '',
      },
      port: localPort,
      databaseName: '',
      isOpen: true,
      isDemo: false,
      facts: { protocol: speaksFirst === 'server' ? 'mysql' : 'postgres' },
    },
    process.platform,
  );
  const slot = new CertificateSlot({ issue, now: () => new Date(), onChange: () => undefined });
  const dialer = new TunnelDialer(
    {
      identity: () => {
        throw new Error('there is no account here');
      },
      withAuth: unused,
      proxy: () => ({ address: { host: 'localhost', port: farPort }, trust: { kind: 'ca', pem } }),
    },
    '/clusters/a/users/b' as AccountUri,
    () => 'teleport-postgres',
  );
  const traffic = new Traffic();
  setInterval(() => traffic.tick(), 1_000);
  await listenLocally(localPort, (socket) => {
    traffic.opened();
    serveConnection(socket, {
      target,
      slot,
      dialer,
      diagnosis: { explain: unused } as never,
      countFromClient: (bytes) => traffic.countFromClient(bytes),
      countToClient: (bytes) => traffic.countToClient(bytes),
      failed: (error) => process.stderr.write(`${error.message} ${error.detail ?? ''}\n`),
      closed: () => traffic.closed(),
    });
  });
}
