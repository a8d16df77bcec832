import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import { Tsh, tshPath } from './testing/tsh.ts';
import { makeUser } from './users.ts';

const account = userInfo().username;
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Foreign clients judge the node's files. Runs where `TSH` names the program. */
describe.skipIf(!tshPath)('files of the node', () => {
  const user = makeUser('alice', ['developer']);
  const strict = makeUser('sam', ['reader']);
  const folder = mkdtempSync(join(tmpdir(), 'porthole-tsh-files-'));
  let cluster: Cluster;
  let tsh: Tsh;
  let other: Tsh;

  beforeAll(async () => {
    const logins = { logins: [account], serverLabels: { '*': ['*'] } };
    cluster = await createCluster({
      name: 'tsh.porthole',
      users: [user, strict],
      roles: [
        { name: 'developer', ...logins },
        { name: 'reader', ...logins, sshFileCopy: false },
      ],
      localNode: { hostname: 'workbench', labels: {} },
    });
    tsh = new Tsh(cluster);
    other = new Tsh(cluster);
    expect(await tsh.login('alice', user.password)).toMatchObject({ code: 0 });
    expect(await other.login('sam', strict.password)).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'large'), randomBytes(5_000_001));
    mkdirSync(join(folder, 'tree/sub'), { recursive: true });
    writeFileSync(join(folder, 'tree/sub/a b'), 'x', { mode: 0o640 });
  }, 60_000);
  afterAll(async () => {
    await tsh?.dispose();
    await other?.dispose();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('go both ways with tsh scp', async () => {
    const up = await tsh.run('scp', '-p', join(folder, 'large'), `${account}@workbench:${folder}/up`);
    expect(up).toMatchObject({ code: 0 });
    expect(digest(join(folder, 'up'))).toBe(digest(join(folder, 'large')));
    const down = await tsh.run('scp', `${account}@workbench:${folder}/up`, join(folder, 'down'));
    expect(down).toMatchObject({ code: 0 });
    expect(digest(join(folder, 'down'))).toBe(digest(join(folder, 'large')));
    const tree = await tsh.run('scp', '-r', join(folder, 'tree'), `${account}@workbench:${folder}/copy`);
    expect(tree).toMatchObject({ code: 0 });
    const copied = readdirSync(join(folder, 'copy'), { recursive: true }) as string[];
    expect(copied.some((name) => name.endsWith('sub/a b'))).toBe(true);
  });

  it('are refused by a role, in the words of a real node', async () => {
    const { code, output } = await other.run(
      'scp',
      join(folder, 'large'),
      `${account}@workbench:${folder}/no`,
    );
    expect(code).not.toBe(0);
    expect(output).toContain('file copying via SCP or SFTP is not permitted');
  });
});
