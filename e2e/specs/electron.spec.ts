import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { _electron } from '@playwright/test';
import { hostname } from 'node:os';
import { Porthole } from '../pages/porthole.ts';
import { expect, test } from '@playwright/test';

const root = join(import.meta.dirname, '../..');
const binary = join(
  root,
  'node_modules/electron/dist',
  process.platform === 'win32' ? 'electron.exe' : 'electron',
);

test('the same journey under Electron', async () => {
  test.skip(
    !existsSync(binary),
    'The Electron binary is not on this machine: it is not part of the npm registry.',
  );
  const app = await _electron.launch({ executablePath: binary, args: [root] });
  try {
    const porthole = new Porthole(await app.firstWindow());
    await porthole.tryDemo();
    await porthole.list.connect(hostname());
    await porthole.shell.expectOpen();
    await expect(porthole.status).toContainText('connected');
  } finally {
    await app.close();
  }
});
