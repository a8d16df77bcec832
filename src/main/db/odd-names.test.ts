import { execFile, execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoEchoApp } from '../../cluster/apps/demo-echo-app.ts';
import type { DemoServer } from '../../cluster/apps/demo-server.ts';
import {
  dialLocal,
  readSome,
  type StartedApp,
  type StartedCluster,
  startTunnelApp,
  startTunnelCluster,
} from '../testing/tunnel-app.ts';
import { fitsLabels } from '../tunnels/label-match.ts';
import { shellLine } from '../tunnels/shell-words.ts';

const odd = [
  'with spaces  and\ttabs',
  `'single' "double" \`back\` $HOME \\ ; & | > *`,
  'Grüße-数据库-🐘-\u202Eright to left',
  'x'.repeat(255),
  '-rf',
  '../../etc/passwd',
  '%2F?a=b#c@host:1',
];

/** As a person does: the offered text, in a shell. */
const paste = (line: string) =>
  new Promise<{ out: string; err: string }>((resolve) => {
    execFile('sh', ['-c', line], { timeout: 30_000 }, (_error, out, err) => resolve({ out, err }));
  });

describe('names with anything in them', () => {
  let echo: DemoServer;
  let started: StartedCluster;
  let app: StartedApp;
  beforeAll(async () => {
    echo = await startDemoEchoApp();
    started = await startTunnelCluster({
      roles: [
        {
          name: 'developer',
          logins: ['dev'],
          serverLabels: { '*': ['*'] },
          databaseUsers: odd,
          databaseNames: [...odd, 'postgres'],
        },
      ],
      databases: odd.map((name) => ({
        name,
        protocol: 'postgres',
        labels: { [name]: name, '': '' },
        target: { kind: 'embedded' as const },
      })),
      apps: odd.map((name) => ({
        name,
        uri: `tcp://127.0.0.1:${echo.port}`,
        labels: { [name]: name },
        publicAddr: 'echo.localhost',
      })),
    });
    app = await startTunnelApp(started);
  });
  afterAll(async () => {
    await app?.app.dispose();
    await started?.cluster.stop();
    await echo?.stop();
  });

  it.each(odd)('a database and its user: %j', async (name) => {
    const resourceUri = app.uri('database', name);
    expect((await app.page.api.tunnels.choices({ resourceUri })).databaseUsers).toContain(name);
    const { id } = await app.openReady({ kind: 'database', resourceUri, databaseUser: name });
    const offered = (databaseName: string) =>
      app.page.api.tunnels.setDatabaseName({ tunnelId: id, databaseName });
    await offered('postgres');
    await expect.poll(() => app.tunnel(id).databaseName).toBe('postgres');
    const rows = await paste(`${app.tunnel(id).commands[0]?.preview} -XAt -c 'SELECT 41+1'`);
    expect(rows).toEqual({ out: '42\n', err: '' });
  });

  it.each(odd)('an app: %j', async (name) => {
    const { port } = await app.openReady({ kind: 'app', resourceUri: app.uri('app', name) });
    const socket = await dialLocal(port);
    socket.write('hello');
    expect((await readSome(socket, 5)).toString()).toBe('hello');
    socket.destroy();
  });
});

describe('words of a command line', () => {
  it('reach the program as they are', () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 40 }).map((word) => word.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.constantFrom(...odd)), { maxLength: 50 }), (list) => {
        const line = shellLine(['printf', String.raw`%s\0`, ...list, 'end'], 'linux');
        const out = execFileSync('sh', ['-c', line]).toString('utf8').split('\0');
        expect(out).toEqual([...list.map((word) => word.toWellFormed()), 'end', '']);
      }),
      { numRuns: 40 },
    );
  });
});

describe('labels of a role', () => {
  it('bear anything', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('*', '^(', '^[a-$', '^a+$', ...odd),
    );
    const rule = fc.dictionary(
      text,
      fc.array(text, { maxLength: 3 }).map((values) => ({ values })),
      { maxKeys: 3 },
    );
    const labels = fc.array(fc.record({ name: text, value: text }), { maxLength: 4 });
    fc.assert(
      fc.property(rule, labels, (wanted, given) => {
        expect(typeof fitsLabels(wanted, given)).toBe('boolean');
      }),
      { numRuns: 10_000 },
    );
  });

  it('fit by value, by a star, and by an expression between ^ and $', () => {
    const given = odd.map((name) => ({ name, value: name }));
    for (const name of odd) {
      expect(fitsLabels({ [name]: { values: ['other', name] } }, given)).toBe(true);
      expect(fitsLabels({ [name]: { values: [`${name.slice(0, 2)}*`] } }, given)).toBe(true);
      expect(fitsLabels({ [name]: { values: ['^.*$'] } }, given)).toBe(true);
      expect(fitsLabels({ [name]: { values: ['other'] } }, given)).toBe(false);
    }
    expect(fitsLabels({ '*': { values: ['*'] } }, [])).toBe(true);
    expect(fitsLabels({}, given)).toBe(false);
  });
});
