import type { AccountInfo, ConnectionInfo } from '../../shared/contract/clusters.ts';
import type { LinkInfo } from '../../shared/contract/diagnostics.ts';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import { atWallTime } from '../host/wall-timer.ts';
import { type AccountUri, type ClusterUri, clusterOf, formatAccountUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asName } from '../log/log-value.ts';
import { type AccountIdentity, factsOf, plainIdentity } from '../protocol/codec/identity.ts';
import type { ProxyPing } from '../protocol/codec/web/answers.ts';
import { issueWithRequests } from '../protocol/client/assume-requests.ts';
import type { WebApi } from '../protocol/client/web-api.ts';
import type { ProxyAddress } from '../protocol/net/address.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { IdentityVault } from '../store/identity-vault.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { expired, signedOut } from './account-errors.ts';
import { accountInfo } from './account-info.ts';
import type { ClusterService } from './cluster-service.ts';
import { AccountConnections } from './connections.ts';
import { logConnection } from './log-connection.ts';
import { RetiredConnections } from './retired-connections.ts';
import { sshAddressOf } from './ssh-address.ts';
import { withoutUser, withUser } from './stored-users.ts';

interface Account {
  readonly identity: AccountIdentity;
  readonly sshAddress: ProxyAddress | undefined;
  readonly connections: AccountConnections;
  expiry: Disposable | undefined;
}

/** Makes keys and has them certified, one way or another. */
export type SignInMethod = (web: WebApi, ping: ProxyPing, signal?: AbortSignal) => Promise<AccountIdentity>;

export interface AccountServiceOptions {
  readonly hub: StateHub;
  readonly clusters: ClusterService;
  readonly profiles: ProfileStore;
  readonly vault: IdentityVault;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Signs users in and out, and keeps their identities and connections. */
export class AccountService {
  readonly #options: AccountServiceOptions;
  readonly #accounts = new Map<AccountUri, Account>();
  readonly #signedOut = new Emitter<AccountUri>();
  readonly #signedIn = new Emitter<AccountUri>();
  readonly #installed = new Emitter<AccountUri>();
  readonly #assumedChanged = new Emitter<AccountUri>();
  readonly #retired = new RetiredConnections();

  constructor(options: AccountServiceOptions) {
    this.#options = options;
    for (const stored of options.profiles.profiles.clusters) {
      for (const userName of stored.users)
        this.#restore(formatAccountUri({ address: stored.address, userName }));
    }
  }

  /** Tells that an account has new keys; what waited for them can go on. */
  get onSignedIn() {
    return this.#signedIn.event;
  }

  /** Tells that an account's keys are gone; what runs with them must end. */
  get onSignedOut() {
    return this.#signedOut.event;
  }

  /** Tells that an account has another certificate; what runs on the old one goes on. */
  get onInstalled() {
    return this.#installed.event;
  }

  /** Tells that other access requests are assumed: what was issued with the old certificate should be issued anew. */
  get onAssumed() {
    return this.#assumedChanged.event;
  }

  async signIn(clusterUri: ClusterUri, method: SignInMethod, signal?: AbortSignal): Promise<AccountUri> {
    const { clusters, log } = this.#options;
    const { ping, facts } = await clusters.refresh(clusterUri, signal);
    if (facts.authKind !== 'local') {
      throw new AppError('sign-in-kind-unsupported', 'This cluster uses single sign-on.', {
        reason: 'Porthole signs in users of the cluster itself, with a password or a passkey.',
        advice: 'Use tsh for this cluster for now.',
      });
    }
    const identity = await method(clusters.web(clusterUri), ping, signal);
    const uri = formatAccountUri({ address: facts.address, userName: identity.userName });
    this.#install(uri, identity, sshAddressOf(ping, facts.address));
    const authorities = await this.connections(uri)
      .withAuth((api) => api.hostAuthorities(signal))
      .catch((error: unknown) => {
        log.error('authorities-not-read', error);
        return undefined;
      });
    const complete = authorities && authorities.length > 0 ? { ...identity, authorities } : identity;
    if (complete !== identity) this.#install(uri, complete, sshAddressOf(ping, facts.address));
    this.#store(uri, complete);
    this.activate(uri);
    log.info('signed-in', { account: asName(uri) });
    this.#signedIn.fire(uri);
    return uri;
  }

  signOut(uri: AccountUri): void {
    const { hub, profiles, vault } = this.#options;
    const account = this.#accounts.get(uri);
    account?.connections.dispose();
    this.#retired.end(uri);
    account?.expiry?.dispose();
    this.#accounts.delete(uri);
    vault.delete(uri);
    profiles.update((old) => withoutUser(old, uri));
    this.#signedOut.fire(uri);
    hub.put({ slice: 'accounts', key: uri, value: null });
    if (hub.state.workspace.activeAccountUri === uri) this.#activateNext();
  }

  signOutAll(): void {
    for (const uri of Object.keys(this.#options.hub.state.accounts) as AccountUri[]) this.signOut(uri);
  }

  accountsOf(clusterUri: ClusterUri): AccountUri[] {
    return (Object.keys(this.#options.hub.state.accounts) as AccountUri[]).filter(
      (uri) => clusterOf(uri) === clusterUri,
    );
  }

  activate(uri: AccountUri): void {
    const { hub, profiles } = this.#options;
    if (!hub.state.accounts[uri]) throw signedOut();
    hub.put({ slice: 'workspace', value: { ...hub.state.workspace, activeAccountUri: uri } });
    if (!hub.state.clusters[clusterOf(uri)]?.isDemo)
      profiles.update((old) => ({ ...old, activeAccount: uri }));
  }

  /** The account's keys while they are valid; throws `session-expired` or `signed-out`. */
  identity(uri: AccountUri): AccountIdentity {
    const account = this.#accounts.get(uri);
    if (!account) throw this.#options.hub.state.accounts[uri] ? expired() : signedOut();
    if (factsOf(account.identity).validUntil > this.#options.now()) return account.identity;
    this.#expire(uri);
    const plain = this.#accounts.get(uri)?.identity;
    if (plain && plain !== account.identity) return plain;
    throw expired();
  }

  connections(uri: AccountUri): AccountConnections {
    this.identity(uri);
    const account = this.#accounts.get(uri);
    if (!account) throw signedOut();
    return account.connections;
  }

  /** Open connections of an account, whatever its state. */
  links(uri: AccountUri): LinkInfo[] {
    return this.#accounts.get(uri)?.connections.links ?? [];
  }

  /** The account's new connections carry exactly these access requests; none = the plain certificate. Open shells go on. */
  async assume(
    uri: AccountUri,
    requestIds: readonly string[],
    signal?: AbortSignal,
  ): Promise<AccountIdentity> {
    const plain = plainIdentity(this.identity(uri));
    const { address } = this.#options.clusters.known(clusterOf(uri));
    const identity =
      requestIds.length === 0 ? plain : await issueWithRequests(address, plain, requestIds, signal);
    const account = this.#accounts.get(uri);
    if (!account) throw signedOut();
    this.#replace(uri, identity, account.sshAddress);
    return identity;
  }

  /** End of the certificate that was signed in with. */
  plainEnd(uri: AccountUri): Date {
    return factsOf(plainIdentity(this.identity(uri))).validUntil;
  }

  /** Called when a server says that the certificate has expired. */
  noteFailure(uri: AccountUri, error: unknown): void {
    if (isAppError(error, 'session-expired')) this.#expire(uri);
  }

  dispose(): void {
    for (const account of this.#accounts.values()) {
      account.expiry?.dispose();
      account.connections.dispose();
    }
    this.#retired.dispose();
    this.#accounts.clear();
  }

  #install(uri: AccountUri, identity: AccountIdentity, sshAddress: ProxyAddress | undefined): Account {
    const old = this.#accounts.get(uri);
    if (old) this.#retired.add(uri, old.connections);
    old?.expiry?.dispose();
    const { address } = this.#options.clusters.known(clusterOf(uri));
    const connections = new AccountConnections({
      address,
      sshAddress,
      identity,
      onState: (connection) => this.#setConnection(uri, connection),
    });
    const account: Account = { identity, sshAddress, connections, expiry: undefined };
    this.#accounts.set(uri, account);
    this.#put(uri, 'signed-in', { state: 'idle' });
    this.#watchExpiry(uri, account);
    this.#installed.fire(uri);
    return account;
  }

  #replace(uri: AccountUri, identity: AccountIdentity, sshAddress: ProxyAddress | undefined): void {
    this.#install(uri, identity, sshAddress);
    this.#store(uri, identity);
    this.#assumedChanged.fire(uri);
  }

  #watchExpiry(uri: AccountUri, account: Account): void {
    const { validUntil } = factsOf(account.identity);
    account.expiry = atWallTime(validUntil, this.#options.now, () => this.#expire(uri));
  }

  #expire(uri: AccountUri): void {
    const held = this.#accounts.get(uri);
    const plain = held && plainIdentity(held.identity);
    if (held && plain !== held.identity && plain && factsOf(plain).validUntil > this.#options.now()) {
      // The access of an assumed request is over; the sign-in is not.
      this.#replace(uri, plain, held.sshAddress);
      return;
    }
    const account = this.#options.hub.state.accounts[uri];
    if (account && account.status !== 'expired') {
      this.#options.hub.put({ slice: 'accounts', key: uri, value: { ...account, status: 'expired' } });
    }
  }

  #restore(uri: AccountUri): void {
    const { vault, log, now } = this.#options;
    try {
      const identity = vault.load(uri);
      if (!identity) {
        this.#put(uri, 'signed-out', { state: 'idle' });
        return;
      }
      this.#install(uri, identity, undefined);
      if (factsOf(identity).validUntil <= now()) this.#expire(uri);
    } catch (error) {
      log.error('sign-in-not-restored', error, { account: asName(uri) });
      this.#put(uri, 'signed-out', { state: 'idle' });
    }
  }

  #store(uri: AccountUri, identity: AccountIdentity): void {
    const { hub, vault, profiles } = this.#options;
    if (hub.state.clusters[clusterOf(uri)]?.isDemo) return;
    vault.save(uri, identity);
    profiles.update((old) => withUser(old, uri));
  }

  #put(uri: AccountUri, status: AccountInfo['status'], connection: ConnectionInfo): void {
    const { hub } = this.#options;
    const identity = this.#accounts.get(uri)?.identity;
    const known = hub.state.accounts[uri]?.assumed ?? [];
    hub.put({
      slice: 'accounts',
      key: uri,
      value: accountInfo({ uri, status, connection, identity, known }),
    });
  }

  #setConnection(uri: AccountUri, connection: ConnectionInfo): void {
    const { hub, log } = this.#options;
    const account = hub.state.accounts[uri];
    if (!account || !this.#accounts.has(uri)) return;
    hub.put({ slice: 'accounts', key: uri, value: { ...account, connection } });
    if (connection.state !== account.connection.state) logConnection(log, uri, connection);
  }

  #activateNext(): void {
    const { hub } = this.#options;
    const { activeAccountUri: _gone, ...workspace } = hub.state.workspace;
    const next = (Object.keys(hub.state.accounts) as AccountUri[])[0];
    hub.put({ slice: 'workspace', value: next ? { ...workspace, activeAccountUri: next } : workspace });
  }
}
