import { behaviours, startBrokenProxy, startSilentPort } from '../support/broken-proxy.ts';
import { expect, test } from '../support/test.ts';

const told: Readonly<Record<keyof typeof behaviours, RegExp>> = {
  'says nothing': /does not answer/,
  'answers with garbage': /not.*Teleport/,
  'answers with 10 MB': /too large/,
  'answers with one byte a second': /does not answer/,
  'closes at once': /was lost/,
};

for (const name of Object.keys(behaviours) as (keyof typeof behaviours)[]) {
  test(`a proxy that ${name} is told in place, and the address can be corrected`, async ({
    porthole,
    cluster,
  }) => {
    const proxy = await startBrokenProxy(behaviours[name]);
    try {
      const { signIn, page } = porthole;
      await signIn.typeAddress(proxy.address);
      await signIn.trustFile(proxy.caPem);
      await expect(signIn.problem).toContainText(told[name], { timeout: 30_000 });
      await expect(signIn.address).toHaveValue(proxy.address);
      await signIn.address.fill(cluster.address);
      await page.getByRole('button', { name: 'Continue' }).click();
      await signIn.trustFile(cluster.webCaPem);
      await expect(signIn.userName).toBeVisible();
    } finally {
      proxy.stop();
    }
  });
}

test('a port that takes the connection and never begins TLS is told', async ({ porthole }) => {
  const port = await startSilentPort();
  try {
    await porthole.signIn.typeAddress(port.address);
    await expect(porthole.signIn.problem).toContainText(/does not answer/, { timeout: 30_000 });
  } finally {
    port.stop();
  }
});
