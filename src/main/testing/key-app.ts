import { userInfo } from 'node:os';
import { expect } from 'vitest';
import { createCluster, type CreateClusterOptions } from '../../cluster/cluster.ts';
import type { Pose } from '../../cluster/pose.ts';
import { type ClusterUser, makeUser } from '../../cluster/users.ts';
import type { PromptInfo } from '../../shared/contract/prompts.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { createApp } from '../app/create-app.ts';
import { createBrowserAuthenticator } from '../loopback/browser-authenticator.ts';
import { makeHost } from './host.ts';
import { openPage } from './page.ts';
import { VirtualKey } from './virtual-key.ts';

export const login = userInfo().username;
const size = { cols: 80, rows: 24 };

export interface KeyWorldOptions {
  readonly pose?: Pose;
  readonly cluster?: Partial<CreateClusterOptions>;
  /** Who signs in; one of the cluster's users. */
  readonly user?: ClusterUser;
}

/** A cluster whose role asks for a second factor in each session, and an app with a virtual key plugged in. */
export async function startKeyWorld(options: KeyWorldOptions = {}) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const user = options.user ?? makeUser('mia', ['careful']);
  const cluster = await createCluster({
    name: 'keys.porthole',
    users: [user],
    roles: [
      {
        name: 'careful',
        logins: [login],
        serverLabels: { '*': ['*'] },
        databaseUsers: ['lab'],
        databaseNames: ['postgres'],
        kubernetesGroups: ['developers'],
        requireSessionMfa: true,
        reviewRequests: { roles: ['*'] },
      },
    ],
    localNode: { hostname: 'workbench', labels: {} },
    secondFactors: ['otp', 'webauthn'],
    now,
    ...(options.pose ? { pose: options.pose } : {}),
    ...options.cluster,
  });
  const plugged = { key: new VirtualKey() };
  const base = makeHost();
  const authenticator = createBrowserAuthenticator({
    dataFolder: base.dataFolder,
    onPage: (pipe, session) => plugged.key.plugIn(pipe, session),
  });
  const app = createApp({ ...base, authenticator }, { version: '0.0.0', now });
  const page = await openPage(app);
  const { clusterUri } = await page.api.clusters.add({
    address: cluster.address,
    trust: { kind: 'ca', pem: cluster.webCaPem },
  });
  /** A code that was not used yet. */
  const code = () => {
    ahead += 31_000;
    return cluster.core.users.currentCode('mia');
  };
  const { accountUri } = await page.api.clusters.signIn({
    kind: 'password',
    clusterUri,
    userName: 'mia',
    password: user.password,
    oneTimeCode: code(),
  });
  const stop = async () => {
    await app.dispose();
    await cluster.stop();
  };
  return { cluster, authenticator, page, plugged, user, clusterUri, accountUri, code, stop };
}
export type KeyWorld = Awaited<ReturnType<typeof startKeyWorld>>;

export const promptsOf = ({ page }: KeyWorld) =>
  Object.values(page.state().prompts) as Extract<PromptInfo, { kind: 'second-factor' }>[];

export async function nextPrompt(world: KeyWorld) {
  await expect.poll(() => promptsOf(world).length, { timeout: 10_000 }).toBe(1);
  return promptsOf(world)[0] as ReturnType<typeof promptsOf>[number];
}

/** Adds a key; the first time a code confirms it. */
export async function addKey(world: KeyWorld, kind: 'security-key' | 'passkey') {
  const adding = world.page.api.devices.addSecurityKey({ accountUri: world.accountUri, name: kind, kind });
  const prompt = await nextPrompt(world);
  await world.page.api.prompts.answerWithCode({ promptId: prompt.id, oneTimeCode: world.code() });
  return adding;
}

export async function openShell(world: KeyWorld, accountUri: AccountUri) {
  const { items } = await world.page.api.resources.list({
    accountUri,
    kinds: ['server'],
    search: '',
    sort: { field: 'name', descending: false },
    limit: 10,
  });
  const { shellId } = await world.page.api.shells.open({
    serverUri: items[0]?.uri as never,
    serverName: 'workbench',
    login,
    size,
  });
  return () => world.page.state().shells[shellId]?.status;
}
