// `npm run screenshots`: draws every state of every page into `screenshots/`, light and dark, in two sizes.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, findNode, root } from './bootstrap.mjs';

ensureDependencies();
rmSync(join(root, 'screenshots'), { recursive: true, force: true });
const { status } = spawnSync(
  findNode(),
  [join(root, 'node_modules/@playwright/test/cli.js'), 'test', '--project=pictures'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PICTURES: '1' },
  },
);
process.stdout.write('The pictures are in screenshots/\n');
process.exit(status ?? 1);
