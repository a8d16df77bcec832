import 'reflect-metadata'; // the X.509 library asks for it
import { type JsonNameParams, type Name, X509Certificate } from '@peculiar/x509';
import { AppError } from '../../../../shared/errors/app-error.ts';

/** What a certificate may be used for; absent in a certificate for everything (tunnels.md 2.2). */
export type CertificateUsage = 'db' | 'kube' | 'apps' | 'windows_desktop';

export interface DatabaseRoute {
  readonly service: string;
  readonly protocol: string;
  /** Empty when the client's own words decide. */
  readonly user: string;
  readonly database: string;
}

export interface AppRoute {
  readonly name: string;
  readonly sessionId: string;
  readonly clusterName: string;
  readonly publicAddress: string;
  /** Of an app with several ports; undefined leaves the choice to the cluster. */
  readonly targetPort: number | undefined;
}

/** Where a certificate leads and what its owner may do there: subject attributes of tunnels.md 2.2. */
export interface TunnelSubject {
  readonly usage: CertificateUsage | undefined;
  readonly database: DatabaseRoute | undefined;
  readonly app: AppRoute | undefined;
  /** Empty when the certificate leads to no Kubernetes cluster. */
  readonly kubernetesCluster: string;
  readonly kubernetesUsers: readonly string[];
  readonly kubernetesGroups: readonly string[];
  readonly databaseUsers: readonly string[];
  readonly databaseNames: readonly string[];
}

export const noTunnel: TunnelSubject = {
  usage: undefined,
  database: undefined,
  app: undefined,
  kubernetesCluster: '',
  kubernetesUsers: [],
  kubernetesGroups: [],
  databaseUsers: [],
  databaseNames: [],
};

const oid = {
  usage: '2.5.4.11',
  kubernetesUsers: '1.3.9999.1.1',
  kubernetesGroups: '1.3.9999.1.2',
  kubernetesCluster: '1.3.9999.1.3',
  appSession: '1.3.9999.1.4',
  appCluster: '1.3.9999.1.5',
  appPublicAddress: '1.3.9999.1.6',
  appName: '1.3.9999.1.10',
  appTargetPort: '1.3.9999.1.21',
  databaseService: '1.3.9999.2.1',
  databaseProtocol: '1.3.9999.2.2',
  databaseUser: '1.3.9999.2.3',
  databaseName: '1.3.9999.2.4',
  databaseNames: '1.3.9999.2.5',
  databaseUsers: '1.3.9999.2.6',
} as const;
const usages: Readonly<Record<string, CertificateUsage>> = {
  'usage:db': 'db',
  'usage:kube': 'kube',
  'usage:apps': 'apps',
  'usage:windows_desktop': 'windows_desktop',
};

/** Throws `answer-invalid` on anything that is no certificate; attributes that are missing stay empty. */
export function parseTunnelSubject(pem: string): TunnelSubject {
  let name: Name;
  try {
    name = new X509Certificate(pem).subjectName;
  } catch (cause) {
    throw new AppError('answer-invalid', 'The cluster sent a certificate that cannot be used.', {
      reason: 'It was refused because it is not an X.509 certificate.',
      cause,
    });
  }
  const all = (field: string) => name.getField(field);
  const one = (field: string) => all(field)[0] ?? '';
  return {
    usage: all(oid.usage)
      .map((value) => usages[value])
      .find((usage) => usage !== undefined),
    database: one(oid.databaseService)
      ? {
          service: one(oid.databaseService),
          protocol: one(oid.databaseProtocol),
          user: one(oid.databaseUser),
          database: one(oid.databaseName),
        }
      : undefined,
    app: one(oid.appName) || one(oid.appSession) ? appRoute(one) : undefined,
    kubernetesCluster: one(oid.kubernetesCluster),
    kubernetesUsers: all(oid.kubernetesUsers),
    kubernetesGroups: all(oid.kubernetesGroups),
    databaseUsers: all(oid.databaseUsers),
    databaseNames: all(oid.databaseNames),
  };
}

function appRoute(one: (field: string) => string): AppRoute {
  const port = Number(one(oid.appTargetPort));
  return {
    name: one(oid.appName),
    sessionId: one(oid.appSession),
    clusterName: one(oid.appCluster),
    publicAddress: one(oid.appPublicAddress),
    targetPort: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
  };
}

/** The attributes of a subject for the certificate that is to be issued; empty ones are left out. */
export function formatTunnelSubject(subject: TunnelSubject): JsonNameParams {
  const { database, app } = subject;
  const single: [string, string | number | undefined][] = [
    [oid.usage, subject.usage && `usage:${subject.usage}`],
    [oid.kubernetesCluster, subject.kubernetesCluster],
    [oid.appSession, app?.sessionId],
    [oid.appPublicAddress, app?.publicAddress],
    [oid.appTargetPort, app?.targetPort],
    [oid.appCluster, app?.clusterName],
    [oid.appName, app?.name],
    [oid.databaseService, database?.service],
    [oid.databaseProtocol, database?.protocol],
    [oid.databaseUser, database?.user],
    [oid.databaseName, database?.database],
  ];
  const many: [string, readonly string[]][] = [
    [oid.kubernetesUsers, subject.kubernetesUsers],
    [oid.kubernetesGroups, subject.kubernetesGroups],
    [oid.databaseNames, subject.databaseNames],
    [oid.databaseUsers, subject.databaseUsers],
  ];
  return [...single.map(([type, value]) => [type, value ? [String(value)] : []] as const), ...many].flatMap(
    // Names are always UTF-8 strings: the library would take one that begins with # for bytes.
    ([type, values]) => values.map((value) => ({ [type]: [{ utf8String: value }] })),
  );
}
