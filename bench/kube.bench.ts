import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/main/app/create-app.ts';
import { makeHost } from '../src/main/testing/host.ts';
import { openPage } from '../src/main/testing/page.ts';
import { formatResourceUri } from '../src/shared/uri/uri.ts';
import { compare, inTurns, print } from './harness.ts';
import { setUpKube } from './kube-process.ts';

const rounds = 25;

/** `kubectl get pods`: through the app and the embedded proxy, against the same API without anything between. */
const bench = await setUpKube();
const { address, caPem, userName, password, oneTimeCode } = bench;
const app = createApp(makeHost(), {
  version: '0.0.0',
  demo: { address, caPem, userName, credentials: async () => ({ password, oneTimeCode }) },
});
const page = await openPage(app);
await page.api.clusters.signIn({ kind: 'demo' });
const resourceUri = formatResourceUri({ address, userName, kind: 'kubernetes', id: 'shop' });
const { tunnelId } = await page.api.tunnels.open({ target: { kind: 'kubernetes', resourceUri } });
const kubeconfig = page.state().tunnels[tunnelId]?.kubeconfigPath ?? '';

/** Each keeps what it has found out about the API, as `kubectl` does. */
function kubectl(path: string): () => Promise<number> {
  const env = { PATH: process.env['PATH'], HOME: mkdtempSync(join(tmpdir(), 'kubectl-')), KUBECONFIG: path };
  return () =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      execFile('kubectl', ['-n', 'demo', 'get', 'pods', '-o', 'name'], { env }, (error, stdout) => {
        if (error || !stdout.includes('pod/web-1')) reject(error ?? new Error(stdout));
        else resolve(performance.now() - started);
      });
    });
}

const through = await inTurns(rounds, kubectl(kubeconfig), kubectl(bench.kubeconfig));
print([
  compare(
    '`kubectl get pods` through the app and the embedded proxy vs the same API directly',
    'ms',
    through,
    '≤ 1.5',
  ),
]);
await app.dispose();
await bench.stop();
process.exit(0);
