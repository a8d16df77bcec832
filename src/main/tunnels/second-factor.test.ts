import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemoEchoApp } from '../../cluster/apps/demo-echo-app.ts';
import { startDemoHttpApp } from '../../cluster/apps/demo-http-app.ts';
import { demoObjects } from '../../cluster/kube/demo-objects.ts';
import type { Pose } from '../../cluster/pose.ts';
import type { PromptInfo } from '../../shared/contract/prompts.ts';
import type { TunnelInfo, TunnelTarget } from '../../shared/contract/tunnels.ts';
import {
  dialLocal,
  readSome,
  type StartedApp,
  startTunnelApp,
  startTunnelCluster,
  until,
} from '../testing/tunnel-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A cluster whose role asks for a second factor in each session. */
async function start(pose: Pose) {
  const [echo, web] = await Promise.all([startDemoEchoApp(), startDemoHttpApp()]);
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
        kubernetesGroups: ['developers'],
        requireSessionMfa: true,
      },
    ],
    databases: [{ name: 'orders', protocol: 'postgres', labels: {}, target: { kind: 'embedded' } }],
    apps: [
      { name: 'echo', uri: `tcp://127.0.0.1:${echo.port}`, labels: {} },
      { name: 'web', uri: `http://127.0.0.1:${web.port}`, labels: {} },
    ],
    kubernetes: [{ name: 'shop', labels: {}, api: { kind: 'embedded', objects: demoObjects() } }],
  });
  const app = await startTunnelApp(started, { now });
  cleanUps.push(async () => {
    await app.app.dispose();
    await started.cluster.stop();
    await Promise.all([echo.stop(), web.stop()]);
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

const run = async (program: string, ...args: string[]) =>
  (await promisify(execFile)(program, args, { timeout: 20_000 })).stdout;

/** A kind of tunnel, and what its ordinary client gets through it. */
interface Kind {
  readonly what: string;
  readonly targetOf: (app: StartedApp) => TunnelTarget;
  readonly use: (tunnel: TunnelInfo) => Promise<string>;
  readonly answer: RegExp;
}

const kinds: Kind[] = [
  {
    what: 'a database',
    targetOf: target,
    use: async ({ port }) => (await rows(port)).stdout,
    answer: /^42$/m,
  },
  {
    what: 'a TCP app',
    targetOf: (app) => ({ kind: 'app', resourceUri: app.uri('app', 'echo') }),
    use: async ({ port }) => {
      const socket = await dialLocal(port);
      socket.write('hello');
      const answer = await readSome(socket, 5);
      socket.destroy();
      return answer.toString();
    },
    answer: /^hello$/,
  },
  {
    what: 'an HTTP app',
    targetOf: (app) => ({ kind: 'app', resourceUri: app.uri('app', 'web') }),
    use: ({ port }) => run('curl', '-s', `http://127.0.0.1:${port}/echo`),
    answer: /"url":"\/echo"/,
  },
  {
    what: 'a Kubernetes cluster',
    targetOf: (app) => ({ kind: 'kubernetes', resourceUri: app.uri('kubernetes', 'shop') }),
    use: ({ kubeconfigPath = '', kubeContext = '' }) =>
      run('kubectl', '--kubeconfig', kubeconfigPath, '--context', kubeContext, '-n', 'demo', 'get', 'pods'),
    answer: /web-1/,
  },
];

/** Clusters before v16 know no second factor for apps, and v18 takes no codes. */
const apps = kinds.filter(({ what }) => what.endsWith('app'));
const withCodes = kinds.filter((kind) => !apps.includes(kind));

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

  it.each((['v11', 'v15'] as const).flatMap((pose) => withCodes.map((kind) => ({ pose, ...kind }))))(
    'asks once for $what on $pose, whatever number of clients wait',
    async ({ pose, targetOf, use, answer }) => {
      const { app, code } = await start(pose);
      const { resourceUri } = targetOf(app);
      expect((await app.page.api.tunnels.choices({ resourceUri })).needsSecondFactor).toBe(true);
      const { tunnelId } = await app.page.api.tunnels.open({ target: targetOf(app) });
      await until(() => promptOf(app) !== undefined);
      expect(app.tunnel(tunnelId).status).toEqual({ kind: 'waiting', for: 'second-factor' });
      // Kubernetes says at once that it waits, since kubectl would give up without a word.
      const waits = app.tunnel(tunnelId).target.kind !== 'kubernetes';
      const waiting = waits ? [use(app.tunnel(tunnelId)), use(app.tunnel(tunnelId))] : [];
      expect(Object.keys(app.page.state().prompts)).toHaveLength(1);
      await app.page.api.prompts.answerWithCode({ promptId: promptOf(app)?.id ?? '', oneTimeCode: code() });
      for (const got of await Promise.all(waiting)) expect(got).toMatch(answer);
      await until(() => app.tunnel(tunnelId).status.kind === 'ready');
      expect(await use(app.tunnel(tunnelId))).toMatch(answer);
      expect(promptOf(app)).toBeUndefined();
    },
  );

  it.each((['v11', 'v15'] as const).flatMap((pose) => apps.map((kind) => ({ pose, ...kind }))))(
    'says for $what that $pose knows no second factor for apps, before it gives an address',
    async ({ pose, targetOf }) => {
      const { app } = await start(pose);
      const { resourceUri } = targetOf(app);
      for (const call of [
        app.page.api.tunnels.choices({ resourceUri }),
        app.page.api.tunnels.open({ target: targetOf(app) }),
      ])
        await expect(call).rejects.toMatchObject({
          data: { code: 'second-factor-unusable', message: expect.stringContaining('app ') },
        });
      expect(promptOf(app)).toBeUndefined();
    },
  );

  it.each(kinds)('says for $what that v18 takes no codes', async ({ targetOf }) => {
    const { app } = await start('v18');
    const { tunnelId } = await app.page.api.tunnels.open({ target: targetOf(app) });
    await until(() => app.tunnel(tunnelId).status.kind === 'failed');
    expect(app.tunnel(tunnelId).status).toMatchObject({ error: { code: 'second-factor-unusable' } });
    expect(promptOf(app)).toBeUndefined();
  });

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
