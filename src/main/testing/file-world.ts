import { userInfo } from 'node:os';
import { type Cluster, type CreateClusterOptions, createCluster } from '../../cluster/cluster.ts';
import { type ClusterUser, makeUser } from '../../cluster/users.ts';
import { formatResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import type { App } from '../app/app.ts';
import type { Host } from '../host/host.ts';
import { type StartedApp, startTunnelApp, until } from './tunnel-app.ts';

export interface FileWorld extends Pick<StartedApp, 'page' | 'accountUri'> {
  readonly app: App;
  readonly cluster: Cluster;
  readonly user: ClusterUser;
  readonly serverUri: ResourceUri;
  /** A files tab on the cluster's node, once it is ready. */
  openPane(login?: string): Promise<string>;
  dispose(): Promise<void>;
}

/** The app signed in to an embedded cluster whose node serves this machine's files. */
export async function startFileWorld(
  options: { readonly cluster?: Partial<CreateClusterOptions>; readonly host?: Host } = {},
): Promise<FileWorld> {
  const account = userInfo().username;
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [{ name: 'developer', logins: [account], serverLabels: { '*': ['*'] } }],
    localNode: { hostname: 'workbench', labels: {} },
    ...options.cluster,
  });
  const started = await startTunnelApp({ cluster, user }, options.host ? { host: options.host } : {});
  const { page } = started;
  const serverUri = formatResourceUri({
    address: cluster.address,
    userName: user.name,
    kind: 'server',
    id: cluster.localNodeId ?? '',
  });
  return {
    app: started.app,
    page,
    accountUri: started.accountUri,
    cluster,
    user,
    serverUri,
    async openPane(login = account) {
      const { paneId } = await page.api.files.openTab({ serverUri, serverName: 'workbench', login });
      await until(() => !['connecting', undefined].includes(page.state().filePanes[paneId]?.status.kind));
      const status = page.state().filePanes[paneId]?.status;
      if (status?.kind !== 'ready') throw new Error(JSON.stringify(status));
      return paneId;
    },
    async dispose() {
      await started.app.dispose();
      await cluster.stop();
    },
  };
}
