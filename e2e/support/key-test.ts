import { Porthole } from '../pages/porthole.ts';
import { account, startCluster, type TestCluster } from './clusters.ts';
import { type KeyedApp, startKeyedApp } from './keyed-app.ts';
import { expect, test as base } from './test.ts';

interface KeyFixtures {
  /** A cluster that takes codes and keys; servers of `careful` people ask for one in each session. */
  keyCluster: TestCluster;
  keyedApp: KeyedApp;
  window: Porthole;
}

export const test = base.extend<KeyFixtures>({
  keyCluster: async ({}, use) => {
    const cluster = await startKeyCluster();
    await use(cluster);
    await cluster.stop();
  },
  keyedApp: async ({}, use) => {
    const app = await startKeyedApp();
    await use(app);
    await app.stop();
  },
  window: async ({ keyedApp, keyCluster, page }, use) => {
    const porthole = new Porthole(page);
    await porthole.open(keyedApp.address);
    await porthole.signIn.complete(keyCluster);
    await use(porthole);
  },
});

/** A cluster that takes codes and keys, and asks for one of them in each session. */
export function startKeyCluster(): Promise<TestCluster> {
  return withFreshCodes((now) =>
    startCluster({
      secondFactors: ['otp', 'webauthn'],
      now,
      roles: [
        { name: 'developer', logins: [account], serverLabels: { '*': ['*'] }, requireSessionMfa: true },
      ],
    }),
  );
}

/** A code counts once: each use is of the next half minute of the cluster's clock. */
export async function withFreshCodes<T extends TestCluster>(
  start: (now: () => Date) => Promise<T>,
): Promise<T> {
  let ahead = 0;
  const cluster = await start(() => new Date(Date.now() + ahead));
  const code = () => {
    ahead += 31_000;
    return cluster.code();
  };
  return { ...cluster, code };
}

/** Adds a key or a passkey; the cluster asks for the code that is there already. */
export async function addKey(
  window: Porthole,
  cluster: Pick<TestCluster, 'code'>,
  kind: 'security key' | 'passkey',
  name: string,
) {
  await window.command('Second factors');
  await window.devices.addKey(kind, name);
  await expect(window.prompts.secondFactor).toBeVisible();
  await window.prompts.secondFactor.getByRole('textbox', { name: 'One-time code' }).fill(cluster.code());
  await window.prompts.secondFactor.getByRole('button', { name: 'Confirm' }).click();
  await expect(window.devices.device(name)).toBeVisible();
}

export { expect } from './test.ts';
