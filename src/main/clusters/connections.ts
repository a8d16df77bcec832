import type { ConnectionInfo } from '../../shared/contract/clusters.ts';
import type { LinkInfo } from '../../shared/contract/diagnostics.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import { AuthApi } from '../protocol/client/auth-api.ts';
import { type AuthConnection, openAuthConnection } from '../protocol/client/auth-connection.ts';
import { fetchClusterId } from '../protocol/client/cluster-id.ts';
import { openProxyConnection } from '../protocol/client/proxy-connection.ts';
import type { LinkFacts, ProxyConnection } from '../protocol/client/proxy-types.ts';
import type { ProxyAddress } from '../protocol/net/address.ts';

/** Servers close connections that are pinged more often (auth-api.md 1.4). */
const measureMs = 65_000;
const graceMs = 30_000;

export interface AccountConnectionOptions {
  readonly address: ProxyAddress;
  readonly sshAddress: ProxyAddress | undefined;
  readonly identity: AccountIdentity;
  readonly onState: (info: ConnectionInfo) => void;
}

/** The kept connections of one account: one to the auth server, one to the proxy. Opened when first used. */
export class AccountConnections implements Disposable {
  readonly #options: AccountConnectionOptions;
  #auth: Promise<{ connection: AuthConnection; api: AuthApi }> | undefined;
  /** Ends without telling; its link is shown while it lasts. */
  #openAuth: AuthConnection | undefined;
  #proxy: Promise<ProxyConnection> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;
  #isRetired = false;
  #openStreams = 0;
  readonly #links = new Map<LinkInfo['use'], LinkFacts>();
  #onIdle: (() => void) | undefined;

  constructor(options: AccountConnectionOptions) {
    this.#options = options;
  }

  /** Runs a call of the auth API; on a connection that turns out to be dead it is tried once more on a new one. */
  async withAuth<T>(work: (api: AuthApi) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const wasOpen = this.#auth !== undefined;
    try {
      const { api } = await this.#authApi();
      return await work(api);
    } catch (error) {
      if (isAppError(error, 'connection-lost', 'timed-out')) this.#dropAuth();
      if (!isAppError(error, 'connection-lost') || !wasOpen || signal?.aborted) throw error;
    }
    const { api } = await this.#authApi();
    return work(api);
  }

  /** UUID of the root cluster, by gRPC or, on older servers, by HTTP. A secret of usage data: never logged. */
  async clusterId(signal?: AbortSignal): Promise<string> {
    const known = await this.withAuth((api) => api.clusterId(signal), signal);
    return known ?? fetchClusterId(this.#options, signal);
  }

  /** The connection that all shells of this account share. */
  proxy(): Promise<ProxyConnection> {
    if (this.#disposed)
      return Promise.reject(new AppError('signed-out', 'This user is signed out.', { action: 'sign-in' }));
    this.#proxy ??= this.#openProxy().catch((error: unknown) => {
      this.#proxy = undefined;
      this.#tell({ state: 'lost', problem: toErrorInfo(error) });
      throw error;
    });
    return this.#proxy;
  }

  /** What is open now. */
  get links(): LinkInfo[] {
    const isOpen = (use: LinkInfo['use']) => use !== 'auth' || (this.#openAuth?.isOpen ?? false);
    return [...this.#links].filter(([use]) => isOpen(use)).map(([use, link]) => ({ use, ...link }));
  }

  /** New work goes elsewhere; what runs goes on. `onDone` is called when the last stream has ended. */
  retire(onDone: () => void): void {
    this.#isRetired = true;
    clearInterval(this.#timer);
    // Whoever has just taken this connection may still be about to use it.
    this.#timer = setTimeout(() => {
      this.#onIdle = () => {
        this.dispose();
        onDone();
      };
      if (this.#openStreams === 0) this.#onIdle();
    }, graceMs);
    this.#timer.unref();
  }

  dispose(): void {
    this.#disposed = true;
    clearInterval(this.#timer);
    this.#dropAuth();
    void this.#proxy?.then((proxy) => proxy.dispose()).catch(() => undefined);
    this.#proxy = undefined;
  }

  async #authApi() {
    for (;;) {
      if (this.#disposed) throw new AppError('signed-out', 'This user is signed out.', { action: 'sign-in' });
      const current = this.#auth;
      if (!current) break;
      const known = await current.catch(() => undefined);
      if (known?.connection.isOpen) return known;
      // Whoever comes first opens the new one; the others wait for it.
      if (this.#auth === current) this.#auth = undefined;
    }
    this.#auth = openAuthConnection(this.#options).then((connection) => {
      this.#openAuth = connection;
      this.#links.set('auth', connection.link);
      return { connection, api: new AuthApi(connection.transport) };
    });
    return this.#auth;
  }

  #dropAuth(): void {
    this.#links.delete('auth');
    void this.#auth?.then(({ connection }) => connection.dispose()).catch(() => undefined);
    this.#auth = undefined;
  }

  async #openProxy(): Promise<ProxyConnection> {
    this.#tell({ state: 'connecting' });
    const proxy = counted(await openProxyConnection(this.#options), (change) => {
      this.#openStreams += change;
      if (this.#openStreams === 0) this.#onIdle?.();
    });
    this.#links.set('proxy', proxy.link);
    proxy.onClose((error) => {
      this.#links.delete('proxy');
      if (!this.#isRetired) clearInterval(this.#timer);
      this.#proxy = undefined;
      if (!this.#disposed)
        this.#tell(error ? { state: 'lost', problem: toErrorInfo(error) } : { state: 'idle' });
    });
    void this.#measure(proxy);
    if (this.#isRetired) return proxy;
    this.#timer = setInterval(() => void this.#measure(proxy), measureMs);
    this.#timer.unref();
    return proxy;
  }

  #tell(info: ConnectionInfo): void {
    if (!this.#isRetired) this.#options.onState(info);
  }

  async #measure(proxy: ProxyConnection): Promise<void> {
    if (!proxy.isOpen) return;
    this.#tell({ state: 'connected' });
    try {
      const roundTripMs = await proxy.ping();
      if (proxy.isOpen) this.#tell({ state: 'connected', roundTripMs });
    } catch {
      // The close of the connection tells.
    }
  }
}

/** The same connection; each stream is told when it begins and when it ends. */
function counted(proxy: ProxyConnection, onChange: (change: 1 | -1) => void): ProxyConnection {
  return {
    link: proxy.link,
    get isOpen() {
      return proxy.isOpen;
    },
    onClose: proxy.onClose,
    async dialNode(target, signal) {
      onChange(1);
      try {
        const stream = await proxy.dialNode(target, signal);
        stream.once('close', () => onChange(-1));
        return stream;
      } catch (error) {
        onChange(-1);
        throw error;
      }
    },
    ping: (signal) => proxy.ping(signal),
    dispose: () => proxy.dispose(),
  };
}
