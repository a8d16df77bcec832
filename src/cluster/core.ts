import { createPublicKey, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { parseUserTlsCertificate } from '../main/protocol/codec/tls/user-certificate.ts';
import { decodePublicKey, parseAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';
import { type Authority, isIssuedBy, makeAuthority } from './authorities.ts';
import { Emitter } from '../shared/lifecycle/emitter.ts';
import { Inventory } from './inventory.ts';
import { issueUserSsh, issueUserTls } from './issue.ts';
import { type Pose, type PoseRules, poses } from './pose.ts';
import type { Role } from './roles.ts';
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
}

/** Who a verified client certificate belongs to. */
export interface Caller {
  readonly userName: string;
  readonly roles: readonly Role[];
}
export type CallerCheck =
  | Caller
  | 'no-certificate'
  | 'unknown-authority'
  | 'expired'
  | { readonly locked: string };

/** What all services of the cluster share: authorities, users, roles and the inventory. */
export class ClusterCore {
  readonly options: ClusterOptions;
  readonly pose: PoseRules;
  readonly now: () => Date;
  readonly users: UserDirectory;
  readonly inventory = new Inventory();
  readonly userAuthority: Authority;
  readonly hostAuthority: Authority;
  readonly #locks = new Emitter<{ userName: string; message: string }>();
  #port = 0;
  #sshPort = 0;

  private constructor(options: ClusterOptions, userAuthority: Authority, hostAuthority: Authority) {
    this.options = options;
    this.pose = poses[options.pose ?? 'v18'];
    this.now = options.now ?? (() => new Date());
    this.users = new UserDirectory(options.users, this.now);
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
  }

  rolesNamed(names: readonly string[]): Role[] {
    return this.options.roles.filter((role) => names.includes(role.name));
  }

  rolesOfUser(userName: string): Role[] {
    return this.rolesNamed(this.users.rolesOf(userName));
  }

  async issueUser(
    userName: string,
    keys: { readonly ssh: string; readonly tls: string | undefined },
    ttlMs: number,
  ): Promise<{ ssh: string; tls: string }> {
    const roles = this.rolesOfUser(userName);
    const subject = {
      userName,
      roles: roles.map((role) => role.name),
      logins: [...new Set(roles.flatMap((role) => role.logins))],
      clusterName: this.options.name,
      now: this.now(),
      ttlMs: Math.min(ttlMs, ...roles.map((role) => role.maxSessionTtlMs ?? Number.POSITIVE_INFINITY)),
    };
    const tlsKey =
      keys.tls ??
      createPublicKey(
        decodePublicKey(parseAuthorizedKey(keys.ssh)).key.export({ type: 'spki', format: 'pem' }),
      );
    return {
      ssh: issueUserSsh(this.userAuthority, subject, keys.ssh),
      tls: await issueUserTls(this.userAuthority, subject, tlsKey),
    };
  }

  /** Judges the client certificate of a connection; the handshake has proven the key. */
  checkCaller(socket: TLSSocket): CallerCheck {
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    if (!certificate) return 'no-certificate';
    if (!isIssuedBy(this.userAuthority.tls, certificate)) return 'unknown-authority';
    const now = this.now();
    if (now < certificate.validFromDate || now >= certificate.validToDate) return 'expired';
    const { userName, roles } = parseUserTlsCertificate(certificate.toString());
    const locked = this.users.lockOf(userName);
    if (locked !== undefined) return { locked };
    return { userName, roles: this.rolesNamed(roles) };
  }
}
