import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { UserCertsRequestSchema } from '../codec/gen/auth/authservice_pb.js';
import { type AccountIdentity, factsOf } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { encodePublicKey, formatAuthorizedKey } from '../codec/ssh/keys.ts';

/** Where a certificate leads (tunnels.md 2.1). */
export type TunnelRoute =
  | {
      readonly kind: 'database';
      readonly name: string;
      readonly protocol: string;
      /** Empty where the client's own packet names the user. */
      readonly userName: string;
    }
  | {
      readonly kind: 'app';
      readonly name: string;
      readonly publicAddress: string;
      readonly uri: string;
      readonly targetPort: number | undefined;
    }
  | { readonly kind: 'kubernetes'; readonly name: string };

/** A certificate for one route, with the key that was made for it. It stays in memory. */
export interface TunnelCertificate {
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
  /** By this machine's clock, in milliseconds. */
  readonly issuedAt: number;
  /** Issued with a second factor: a new one costs the person another. */
  readonly hasSecondFactor: boolean;
}

export type UserCertsInit = MessageInitShape<typeof UserCertsRequestSchema>;

// Numbers of auth-api.md 7.
const usage = { kubernetes: 2, database: 3, app: 4 } as const;
const requester = { database: 1, kubernetes: 2, app: 4 } as const;
export const singleUsePurpose = 2;
const firstMajorWithTwoKeys = 17;
const firstMajorWithRequester = 12;

export function makeTunnelKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** The request in the form of the server's version: one key style, and no field that means something else there. */
export function certsRequest(
  identity: AccountIdentity,
  route: TunnelRoute,
  key: KeyObject,
  appSessionId: string,
): UserCertsInit {
  const major = majorOf(identity.serverVersion);
  return {
    ...(major < firstMajorWithTwoKeys
      ? { publicKey: Buffer.from(formatAuthorizedKey(encodePublicKey(key))) }
      : {
          tlsPublicKey: Buffer.from(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()),
        }),
    username: identity.userName,
    expires: timestampFromDate(factsOf(identity).validUntil),
    format: 'standard',
    routeToCluster: identity.clusterName,
    usage: usage[route.kind],
    requesterName: major < firstMajorWithRequester ? 0 : requester[route.kind],
    ...routeFields(identity, route, appSessionId),
  };
}

function routeFields(identity: AccountIdentity, route: TunnelRoute, appSessionId: string): UserCertsInit {
  switch (route.kind) {
    case 'database':
      return {
        routeToDatabase: { serviceName: route.name, protocol: route.protocol, username: route.userName },
      };
    case 'app':
      return { routeToApp: { ...appFields(identity, route), sessionId: appSessionId } };
    case 'kubernetes':
      return { kubernetesCluster: route.name };
  }
}

export function appFields(identity: AccountIdentity, route: Extract<TunnelRoute, { kind: 'app' }>) {
  return {
    name: route.name,
    publicAddr: route.publicAddress,
    clusterName: identity.clusterName,
    uri: route.uri,
    targetPort: route.targetPort ?? 0,
  };
}
