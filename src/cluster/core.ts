import { createPublicKey, randomUUID, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { parseUserTlsCertificate } from '../main/protocol/codec/tls/user-certificate.ts';
import {
  noTunnel,
  parseTunnelSubject,
  type TunnelSubject,
} from '../main/protocol/codec/tls/tunnel-subject.ts';
import { decodePublicKey, parseAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';
import { type GrantSubject, noGrant, parseGrantSubject } from '../main/protocol/codec/tls/grant-subject.ts';
import { AccessRequests } from './access-requests/access-requests.ts';
import { RequestStore } from './access-requests/request-store.ts';
import { requestVersionRules } from './access-requests/version-rules.ts';
import { AppSessions } from './app-sessions.ts';
import { AppTokens } from './app-tokens.ts';
import { type Authority, isIssuedBy, makeAuthority } from './authorities.ts';
import { Emitter } from '../shared/lifecycle/emitter.ts';
import { makeDirectory } from './cluster-directory.ts';
import { Inventory } from './inventory.ts';
import { issueUserSsh, issueUserTls } from './issue.ts';
import { LiveTunnels } from './live-tunnels.ts';
import { Mfa, type SecondFactor } from './mfa/mfa.ts';
import { mfaVersionRules } from './mfa/version-rules.ts';
import { type Pose, type PoseRules, poses } from './pose.ts';
import { allowedBy, type Role, rolesFor } from './roles.ts';
import { ClusterStore } from './store/cluster-store.ts';
import { type ClusterUser, UserDirectory } from './users.ts';

export interface ClusterOptions {
  /** Cluster name, such as `demo.porthole`. */
  readonly name: string;
  readonly pose?: Pose;
  readonly users: readonly ClusterUser[];
  readonly roles: readonly Role[];
  readonly messageOfTheDay?: string;
  /** False: the proxy also has a plain SSH port of its own, and ping says so. */
  readonly tlsRouting?: boolean;
  /** Kinds whose lists are refused although others are given, such as `windows_desktop`. */
  readonly refusedKinds?: readonly string[];
  readonly now?: () => Date;
  /** Where access requests and devices are kept; absent: in memory, gone with the process. */
  readonly storePath?: string;
  /** The community edition refuses reviews and assuming requests for resources. Absent: enterprise. */
  readonly edition?: 'community' | 'enterprise';
  /** 32 bytes under which one-time secrets are kept in the store; needed with `storePath`. */
  readonly storeKey?: Uint8Array;
  /** Absent: one-time codes alone. */
  readonly secondFactors?: readonly SecondFactor[];
}

export interface Person {
  readonly userName: string;
  readonly roles: readonly Role[];
  readonly grant: GrantSubject;
}

/** Who a verified client certificate belongs to. */
export interface Caller extends Person {
  /** End of the certificate: what is issued on its strength ends no later. */
  readonly validUntil: Date;
  readonly tunnel: TunnelSubject;
}

/** Public keys for which certificates are wanted: an authorized_keys line, and PEM or absent for the same key. */
export interface UserKeys {
  readonly ssh?: string | undefined;
  readonly tls?: string | undefined;
}

/** Where a tunnel certificate leads; what its owner may do there comes from the roles. */
export type TunnelRoute = Pick<TunnelSubject, 'usage' | 'database' | 'app' | 'kubernetesCluster'>;

export type CallerCheck =
  | Caller
  | 'no-certificate'
  | 'unknown-authority'
  | 'expired'
  | { readonly locked: string; readonly tunnel: TunnelSubject };

/** What all services of the cluster share: authorities, users, roles and the inventory. */
export class ClusterCore {
  readonly options: ClusterOptions;
  readonly pose: PoseRules;
  readonly now: () => Date;
  readonly users: UserDirectory;
  /** The cluster's UUID, as every member can read it (telemetry.md 4.3). */
  readonly clusterId: string = randomUUID();
  readonly inventory = new Inventory();
  /** Connections to databases, apps and Kubernetes clusters. */
  readonly tunnels = new LiveTunnels();
  readonly appSessions: AppSessions;
  readonly appTokens: AppTokens;
  readonly edition: 'community' | 'enterprise';
  readonly secondFactors: readonly SecondFactor[];
  readonly mfa: Mfa;
  readonly store: ClusterStore;
  readonly requests: AccessRequests;
  readonly userAuthority: Authority;
  readonly hostAuthority: Authority;
  readonly #locks = new Emitter<{ userName: string; message: string }>();
  #port = 0;
  #sshPort = 0;

  private constructor(options: ClusterOptions, userAuthority: Authority, hostAuthority: Authority) {
    this.options = options;
    this.pose = poses[options.pose ?? 'v18'];
    this.now = options.now ?? (() => new Date());
    this.appTokens = new AppTokens(options.name, this.now);
    this.appSessions = new AppSessions(this.now, this.pose.appSessionDelayMs);
    this.edition = options.edition ?? 'enterprise';
    this.store = new ClusterStore(options.storePath);
    this.secondFactors = options.secondFactors ?? ['otp'];
    this.mfa = new Mfa({
      store: this.store,
      storeKey: options.storeKey,
      builtIn: options.users.map(({ name, totpSecret, keepsOneTimeCodes = false }) => ({
        user: name,
        secret: totpSecret,
        isKept: keepsOneTimeCodes,
      })),
      rules: mfaVersionRules[options.pose ?? 'v18'],
      allowed: this.secondFactors,
      rpId: 'localhost',
      now: this.now,
    });
    this.users = new UserDirectory(options.users, this.mfa.devices, this.now);
    this.requests = new AccessRequests({
      directory: makeDirectory(options, this.users, this.inventory),
      rules: requestVersionRules[options.pose ?? 'v18'],
      store: new RequestStore(this.store),
      now: this.now,
      edition: this.edition,
    });
    this.userAuthority = userAuthority;
    this.hostAuthority = hostAuthority;
  }

  static async create(options: ClusterOptions): Promise<ClusterCore> {
    const { keyKind } = poses[options.pose ?? 'v18'];
    const now = options.now?.() ?? new Date();
    const [user, host] = await Promise.all([
      makeAuthority(options.name, keyKind, now),
      makeAuthority(options.name, keyKind, now),
    ]);
    return new ClusterCore(options, user, host);
  }

  port(): number {
    return this.#port;
  }

  /** Port of the plain SSH listener; 0 with TLS routing. */
  sshPort(): number {
    return this.#sshPort;
  }

  setPorts(port: number, sshPort: number): void {
    this.#port = port;
    this.#sshPort = sshPort;
  }

  /** Tells when an administrator locks a user: what runs for them must end. */
  get onLock() {
    return this.#locks.event;
  }

  lock(userName: string, message: string): void {
    this.users.setLock(userName, message);
    this.#locks.fire({ userName, message });
    this.tunnels.closeOf(userName);
  }

  rolesNamed(names: readonly string[]): Role[] {
    return this.options.roles.filter((role) => names.includes(role.name));
  }

  rolesOfUser(userName: string): Role[] {
    return this.rolesNamed(this.users.rolesOf(userName));
  }

  /** Certificates of a login: for everything that the user's roles allow. */
  async issueUser(
    userName: string,
    keys: { readonly ssh: string; readonly tls: string | undefined },
    ttlMs: number,
  ): Promise<{ ssh: string; tls: string }> {
    const roles = this.rolesOfUser(userName);
    const limit = Math.min(ttlMs, ...roles.map((role) => role.maxSessionTtlMs ?? Number.POSITIVE_INFINITY));
    const tls = keys.tls ?? pemOf(keys.ssh);
    return this.issueFor({ userName, roles, grant: noGrant }, { ssh: keys.ssh, tls }, { ttlMs: limit });
  }

  /** One certificate for each key that is given; a missing key gives an empty one. */
  async issueFor(
    { userName, roles, grant }: Person,
    keys: UserKeys,
    wanted: { readonly ttlMs: number; readonly route?: TunnelRoute },
  ): Promise<{ ssh: string; tls: string }> {
    const kubernetesCluster = wanted.route?.kubernetesCluster || this.#defaultKubernetesCluster(roles);
    const subject = {
      userName,
      roles: roles.map((role) => role.name),
      logins: [...new Set(roles.flatMap((role) => role.logins))],
      clusterName: this.options.name,
      now: this.now(),
      ttlMs: wanted.ttlMs,
      grant,
      tunnel: {
        ...noTunnel,
        ...wanted.route,
        kubernetesCluster,
        kubernetesUsers: allowedBy(roles, 'kubernetesUsers'),
        kubernetesGroups: allowedBy(roles, 'kubernetesGroups'),
        databaseNames: allowedBy(roles, 'databaseNames'),
        databaseUsers: allowedBy(roles, 'databaseUsers'),
      },
    };
    return {
      ssh: keys.ssh === undefined ? '' : issueUserSsh(this.userAuthority, subject, keys.ssh),
      tls: keys.tls === undefined ? '' : await issueUserTls(this.userAuthority, subject, keys.tls),
    };
  }

  /** Old servers put their first Kubernetes cluster into every certificate (versions.md 2). */
  #defaultKubernetesCluster(roles: readonly Role[]): string {
    if (!this.pose.defaultKubernetesCluster) return '';
    return (
      this.inventory
        .all('kube_cluster')
        .find((cluster) => rolesFor(roles, 'kube_cluster', cluster.labels).length > 0)?.name ?? ''
    );
  }

  /** Judges the client certificate of a connection; the handshake has proven the key. */
  checkCaller(socket: TLSSocket): CallerCheck {
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    if (!certificate) return 'no-certificate';
    if (!isIssuedBy(this.userAuthority.tls, certificate)) return 'unknown-authority';
    const now = this.now();
    if (now < certificate.validFromDate || now >= certificate.validToDate) return 'expired';
    const { userName, roles } = parseUserTlsCertificate(certificate.toString());
    const tunnel = parseTunnelSubject(certificate.toString());
    const locked = this.users.lockOf(userName);
    if (locked !== undefined) return { locked, tunnel };
    return {
      userName,
      roles: this.rolesNamed(roles),
      validUntil: certificate.validToDate,
      tunnel,
      grant: parseGrantSubject(certificate.toString()),
    };
  }
}

/** The same key as PEM, for users whose one key serves SSH and TLS. */
export function pemOf(authorizedKey: string): string {
  const { key } = decodePublicKey(parseAuthorizedKey(authorizedKey));
  return createPublicKey(key.export({ type: 'spki', format: 'pem' }))
    .export({ type: 'spki', format: 'pem' })
    .toString();
}
