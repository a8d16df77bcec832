import type { ClusterFacts, ClusterInfo, TrustChoice } from '../../shared/contract/clusters.ts';
import { AppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { type ClusterUri, formatClusterUri, parseClusterUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asName, asWord } from '../log/log-value.ts';
import { checkServerVersion, versionWarnings } from '../protocol/codec/server-version.ts';
import type { ProxyPing } from '../protocol/codec/web/answers.ts';
import { findProxy, WebApi } from '../protocol/client/web-api.ts';
import { formatAddress, parseAddress, type ProxyAddress } from '../protocol/net/address.ts';
import type { StateHub } from '../state/state-hub.ts';
import { checkCaPem } from './trust-facts.ts';
import type { ProfileStore, StoredCluster } from '../store/profile-store.ts';

const skewWarningMs = 60_000;
const colours = 8;

export interface KnownCluster {
  readonly address: ProxyAddress;
  readonly trust: TrustChoice;
}

interface Found extends KnownCluster {
  readonly ping: ProxyPing;
  readonly facts: ClusterFacts;
}

/** Adds, pings and forgets clusters. Accounts on them are the `AccountService`'s. */
export class ClusterService {
  readonly #hub: StateHub;
  readonly #profiles: ProfileStore;
  readonly #log: Logger;
  readonly #known = new Map<ClusterUri, KnownCluster>();
  readonly #now: () => Date;

  constructor(options: { hub: StateHub; profiles: ProfileStore; log: Logger; now: () => Date }) {
    this.#hub = options.hub;
    this.#profiles = options.profiles;
    this.#log = options.log;
    this.#now = options.now;
    for (const stored of this.#profiles.profiles.clusters) this.#restore(stored);
  }

  async probe(typed: string, trust: TrustChoice | undefined, signal?: AbortSignal): Promise<ClusterFacts> {
    return (await this.#find(typed, trust, signal)).facts;
  }

  async add(typed: string, trust: TrustChoice | undefined, signal?: AbortSignal): Promise<ClusterUri> {
    const found = await this.#find(typed, trust, signal);
    const uri = formatClusterUri({ address: formatAddress(found.address) });
    this.#keep(uri, found, false);
    this.#store(uri, found);
    return uri;
  }

  /** The cluster that this start brought along: shown, never stored. */
  addDemo(address: string, caPem: string): ClusterUri {
    const parsed = parseAddress(address);
    const uri = formatClusterUri({ address: formatAddress(parsed) });
    const trust: TrustChoice = { kind: 'ca', pem: caPem };
    this.#known.set(uri, { address: parsed, trust });
    this.#put({ uri, address, name: 'Demo cluster', colour: 0, trust: 'ca', isDemo: true });
    return uri;
  }

  /** Trusts a known cluster in another way, once it has answered so; connections that are open go on. */
  async setTrust(uri: ClusterUri, trust: TrustChoice, signal?: AbortSignal): Promise<void> {
    const known = this.known(uri);
    if (this.#info(uri).isDemo)
      throw new AppError('unsupported', 'The demo cluster brings its own authority with each start.');
    checkCaPem(trust);
    const found = await this.#find(formatAddress(known.address), trust, signal);
    this.#keep(uri, { ...found, address: known.address }, false);
    this.#store(uri, found);
  }

  /** Pings again. The state tells why it failed; known facts stay. */
  async refresh(uri: ClusterUri, signal?: AbortSignal): Promise<{ facts: ClusterFacts; ping: ProxyPing }> {
    const known = this.known(uri);
    const info = this.#info(uri);
    try {
      const found = await this.#find(formatAddress(known.address), known.trust, signal);
      const { problem: _problem, ...rest } = info;
      this.#put({ ...rest, name: found.facts.name || info.name, facts: found.facts });
      return found;
    } catch (error) {
      this.#put({ ...info, problem: toErrorInfo(error) });
      throw error;
    }
  }

  /** How far this machine's clock is behind the proxy's, in milliseconds. */
  async clockLag(uri: ClusterUri, signal?: AbortSignal): Promise<number> {
    const { serverTime } = await this.web(uri).ping(signal);
    // The header has whole seconds and was written before it came: what is told is never too early.
    const lag = serverTime ? serverTime.getTime() - this.#now().getTime() : 0;
    return Math.abs(lag) < 2_000 ? 0 : lag;
  }

  web(uri: ClusterUri): WebApi {
    return new WebApi(this.known(uri));
  }

  known(uri: ClusterUri): KnownCluster {
    const known = this.#known.get(uri);
    if (known) return known;
    throw new AppError('not-found', 'This cluster is not in the list any more.', { advice: 'Add it again.' });
  }

  remove(uri: ClusterUri): void {
    const info = this.#info(uri);
    if (info.isDemo)
      throw new AppError('unsupported', 'The demo cluster belongs to this start and cannot be removed.');
    this.#profiles.update((profiles) => ({
      ...profiles,
      clusters: profiles.clusters.filter((stored) => stored.address !== info.address),
      lastLogins: Object.fromEntries(
        Object.entries(profiles.lastLogins).filter(([resource]) => !resource.startsWith(`${uri}/`)),
      ),
    }));
    this.#known.delete(uri);
    this.#hub.put({ slice: 'clusters', key: uri, value: null });
  }

  async #find(
    typed: string,
    trust: TrustChoice | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Found> {
    const chosen = trust ?? { kind: 'system' as const };
    const { address, ping } = await findProxy(typed, chosen, signal);
    checkServerVersion(ping.serverVersion);
    const known = { address, trust: chosen };
    const messageOfTheDay = ping.hasMessage ? await new WebApi(known).messageOfTheDay(signal) : '';
    const warnings = [...versionWarnings(ping.serverVersion), ...this.#clockWarnings(ping.serverTime)];
    return {
      ...known,
      ping,
      facts: {
        address: formatAddress(address),
        name: ping.clusterName || address.host,
        serverVersion: ping.serverVersion,
        authKind: ping.authKind,
        secondFactor: ping.secondFactor,
        passwordless: ping.passwordless,
        messageOfTheDay: messageOfTheDay.slice(0, 20_000),
        warnings,
      },
    };
  }

  #clockWarnings(serverTime: Date | undefined): string[] {
    if (!serverTime) return [];
    const skew = Math.abs(serverTime.getTime() - this.#now().getTime());
    return skew > skewWarningMs
      ? [
          `The clocks of this machine and of the cluster differ by ${Math.round(skew / 60_000)} min. One-time codes may be refused.`,
        ]
      : [];
  }

  #keep(uri: ClusterUri, found: Found, isDemo: boolean): void {
    const old = this.#hub.state.clusters[uri];
    this.#known.set(uri, { address: found.address, trust: found.trust });
    this.#put({
      uri,
      address: found.facts.address,
      name: found.facts.name,
      colour: old?.colour ?? this.#freeColour(),
      trust: found.trust.kind,
      facts: found.facts,
      isDemo: old?.isDemo ?? isDemo,
    });
  }

  #store(uri: ClusterUri, found: Found): void {
    const info = this.#info(uri);
    if (info.isDemo) return;
    this.#profiles.update((profiles) => {
      const old = profiles.clusters.find((stored) => stored.address === info.address);
      const stored: StoredCluster = {
        address: info.address,
        name: info.name,
        colour: info.colour,
        trust: found.trust,
        users: old?.users ?? [],
      };
      return { ...profiles, clusters: [...profiles.clusters.filter((other) => other !== old), stored] };
    });
    this.#log.info('cluster-added', {
      address: asName(info.address),
      trust: asWord(found.trust.kind),
    });
  }

  #restore(stored: StoredCluster): void {
    const uri = formatClusterUri({ address: stored.address });
    if (!parseClusterUri(uri)) return;
    try {
      this.#known.set(uri, { address: parseAddress(stored.address), trust: stored.trust });
      this.#put({
        uri,
        address: stored.address,
        name: stored.name,
        colour: stored.colour,
        trust: stored.trust.kind,
        isDemo: false,
      });
    } catch (error) {
      this.#log.error('cluster-not-restored', error, { address: asName(stored.address) });
    }
  }

  #freeColour(): number {
    const used = new Set(Object.values(this.#hub.state.clusters).map((cluster) => cluster.colour));
    for (let colour = 0; colour < colours; colour += 1) if (!used.has(colour)) return colour;
    return used.size % colours;
  }

  #info(uri: ClusterUri): ClusterInfo {
    this.known(uri);
    const info = this.#hub.state.clusters[uri];
    if (!info) throw new AppError('not-found', 'This cluster is not in the list any more.');
    return info;
  }

  #put(info: ClusterInfo): void {
    this.#hub.put({ slice: 'clusters', key: info.uri, value: info });
  }
}
