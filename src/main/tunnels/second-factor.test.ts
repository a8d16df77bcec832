import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Pose } from '../../cluster/pose.ts';
import type { PromptInfo } from '../../shared/contract/prompts.ts';
import { type StartedApp, startTunnelApp, startTunnelCluster, until } from '../testing/tunnel-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A cluster whose role asks for a second factor in each session. */
async function start(pose: Pose) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const started = await startTunnelCluster({
    pose,
    now,
    roles: [
      {
        name: 'developer',
        logins: ['dev'],
        serverLabels: { '*': ['*'] },
        databaseUsers: ['lab'],
        databaseNames: ['postgres'],
        requireSessionMfa: true,
      },
    ],
    databases: [{ name: 'orders', protocol: 'postgres', labels: {}, target: { kind: 'embedded' } }],
  });
  const app = await startTunnelApp(started, { now });
  cleanUps.push(async () => {
    await app.app.dispose();
    await started.cluster.stop();
  });
  return {
    app,
    /** A code that was not used yet. */
    code: () => {
      ahead += 31_000;
      return started.cluster.core.users.currentCode('alice');
    },
  };
}

const target = (app: StartedApp) => ({
  kind: 'database' as const,
  resourceUri: app.uri('database', 'orders'),
  databaseUser: 'lab',
});

const promptOf = (app: StartedApp): PromptInfo | undefined => Object.values(app.page.state().prompts)[0];

const rows = (port: number) =>
  promisify(execFile)('psql', ['-XAt', `postgres://lab@127.0.0.1:${port}/postgres`, '-c', 'SELECT 41+1']);

describe('a tunnel that needs a second factor', () => {
  it.each(['v11', 'v15'] as const)(
    'asks for a one-time code on %s, tells a wrong one, and goes on with a right one',
    async (pose) => {
      const { app, code } = await start(pose);
      expect((await app.page.api.tunnels.choices(target(app))).needsSecondFactor).toBe(true);
      const { tunnelId } = await app.page.api.tunnels.open({ target: target(app) });
      await until(() => promptOf(app) !== undefined);
      expect(promptOf(app)).toMatchObject({ kind: 'second-factor', oneTimeCode: true, securityKey: false });
      expect(app.tunnel(tunnelId).status).toEqual({ kind: 'waiting', for: 'second-factor' });
      const waiting = rows(app.tunnel(tunnelId).port);
      const promptId = promptOf(app)?.id ?? '';
      await app.page.api.prompts.answerWithCode({ promptId, oneTimeCode: '000000' });
      await until(() => (promptOf(app) as { problem?: object }).problem !== undefined);
      expect(promptOf(app)).toMatchObject({ problem: { code: 'code-wrong' }, isBusy: false });
      const right = code();
      await app.page.api.prompts.answerWithCode({
        promptId,
        oneTimeCode: `${right.slice(0, 3)} ${right.slice(3)}`,
      });
      expect((await waiting).stdout).toBe('42\n');
      expect(promptOf(app)).toBeUndefined();
      expect(app.tunnel(tunnelId).status.kind).toBe('ready');
      for (const message of app.page.crossed) expect(message).not.toContain(right);
    },
  );

  it('says that v18 takes no codes for tunnels, and asks for none', async () => {
    const { app } = await start('v18');
    const { tunnelId } = await app.page.api.tunnels.open({ target: target(app) });
    await until(() => app.tunnel(tunnelId).status.kind === 'failed');
    expect(app.tunnel(tunnelId).status).toMatchObject({
      error: { code: 'second-factor-unusable', message: expect.stringContaining('one-time codes') },
    });
    expect(promptOf(app)).toBeUndefined();
  });

  it('goes away with its question when it is closed', async () => {
    const { app } = await start('v15');
    const { tunnelId } = await app.page.api.tunnels.open({ target: target(app) });
    await until(() => promptOf(app) !== undefined);
    await app.page.api.tunnels.close({ tunnelId });
    await until(() => promptOf(app) === undefined);
    expect(app.tunnel(tunnelId).status).toEqual({ kind: 'closed' });
  });
});
