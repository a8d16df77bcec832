import type { KeyKind } from './authorities.ts';

/** The Teleport version that the cluster imitates where versions differ (versions.md). */
export type Pose = 'v11' | 'v15' | 'v18';

export interface PoseRules {
  readonly serverVersion: string;
  readonly minClientVersion: string;
  readonly keyKind: KeyKind;
  /** `ssh_pub_key` and `tls_pub_key` instead of `pub_key`. */
  readonly splitKeys: boolean;
  readonly unifiedResources: boolean;
  readonly grpcTransport: boolean;
  readonly trustService: boolean;
  readonly getUser: boolean;
  readonly includeLogins: boolean;
  /** `envs@goteleport.com` on nodes. */
  readonly envsRequest: boolean;
  /** Every user certificate names the first Kubernetes cluster (versions.md 2). */
  readonly defaultKubernetesCluster: boolean;
  /** App certificates need a session made before, which the proxy knows only after a moment (tunnels.md 5.2). */
  readonly twoStepApps: boolean;
  readonly appSessionDelayMs: number;
  /** A cancel request of PostgreSQL reaches the database (tunnels.md 3.2). */
  readonly postgresCancel: boolean;
  /** A refused Redis client hears that HELLO is unknown before it hears the refusal. */
  readonly redisGreetsBeforeRefusal: boolean;
  readonly tcpPing: boolean;
  /** How the Kubernetes side answers (tunnels.md 1.3, 4.2, 4.6). */
  readonly kubernetes: {
    /** `kube.` in front of the server name also leads there. */
    readonly oldPrefix: boolean;
    readonly pathRouting: boolean;
    /** Refusals are HTTP 500 with the code inside. */
    readonly codesInside: boolean;
  };
  readonly unknownChannelRequest: 'closes-channel' | 'fails' | 'fails-and-succeeds';
}

export const poses: Readonly<Record<Pose, PoseRules>> = {
  v11: {
    serverVersion: '11.1.2',
    minClientVersion: '10.0.0',
    keyKind: 'rsa',
    splitKeys: false,
    unifiedResources: false,
    grpcTransport: false,
    trustService: false,
    getUser: false,
    includeLogins: false,
    envsRequest: false,
    defaultKubernetesCluster: true,
    twoStepApps: true,
    appSessionDelayMs: 400,
    postgresCancel: false,
    redisGreetsBeforeRefusal: false,
    tcpPing: false,
    kubernetes: { oldPrefix: true, pathRouting: false, codesInside: true },
    unknownChannelRequest: 'closes-channel',
  },
  v15: {
    serverVersion: '15.0.0',
    minClientVersion: '14.0.0',
    keyKind: 'rsa',
    splitKeys: false,
    unifiedResources: true,
    grpcTransport: true,
    trustService: true,
    getUser: false,
    includeLogins: false,
    envsRequest: true,
    defaultKubernetesCluster: true,
    twoStepApps: true,
    appSessionDelayMs: 400,
    postgresCancel: true,
    redisGreetsBeforeRefusal: false,
    tcpPing: true,
    kubernetes: { oldPrefix: false, pathRouting: false, codesInside: false },
    unknownChannelRequest: 'fails',
  },
  v18: {
    serverVersion: '18.0.0',
    minClientVersion: '17.0.0-aa',
    keyKind: 'modern',
    splitKeys: true,
    unifiedResources: true,
    grpcTransport: true,
    trustService: true,
    getUser: true,
    includeLogins: true,
    envsRequest: true,
    defaultKubernetesCluster: false,
    twoStepApps: false,
    appSessionDelayMs: 0,
    postgresCancel: true,
    redisGreetsBeforeRefusal: true,
    tcpPing: true,
    kubernetes: { oldPrefix: false, pathRouting: true, codesInside: false },
    unknownChannelRequest: 'fails-and-succeeds',
  },
};
