import 'reflect-metadata'; // the X.509 library asks for it
import { type JsonNameParams, type Name, X509Certificate } from '@peculiar/x509';
import { AppError } from '../../../../shared/errors/app-error.ts';

/** What a certificate holds beyond the roles of its user: subject attributes of auth-api.md 11.6 and login.md 5.2. */
export interface GrantSubject {
  /** Ids of the access requests that are assumed. */
  readonly activeRequests: readonly string[];
  /** `/<cluster>/<kind>/<name>[/<sub>]`; empty = everything that the roles open. */
  readonly allowedResources: readonly string[];
  /** Id of the device that confirmed this one certificate; empty = none did. */
  readonly mfaDevice: string;
  /** End of the session from which a single-use certificate was made. */
  readonly previousEnd: Date | undefined;
}

export const noGrant: GrantSubject = {
  activeRequests: [],
  allowedResources: [],
  mfaDevice: '',
  previousEnd: undefined,
};

const oid = {
  mfaDevice: '1.3.9999.1.8',
  activeRequest: '1.3.9999.2.8',
  allowedResources: '1.3.9999.2.10',
  previousEnd: '1.3.9999.2.12',
} as const;
const maxResources = 10_000;

/** Throws `answer-invalid` on what is no certificate, and on allowed resources that cannot be read. */
export function parseGrantSubject(pem: string): GrantSubject {
  let name: Name;
  try {
    name = new X509Certificate(pem).subjectName;
  } catch (cause) {
    throw malformed('it is not an X.509 certificate', cause);
  }
  const one = (field: string) => name.getField(field)[0] ?? '';
  const previousEnd = new Date(one(oid.previousEnd));
  return {
    activeRequests: name.getField(oid.activeRequest),
    allowedResources: parseAllowedResources(one(oid.allowedResources)),
    mfaDevice: one(oid.mfaDevice),
    previousEnd: Number.isNaN(previousEnd.getTime()) ? undefined : previousEnd,
  };
}

/**
 * The JSON array of resource ids in certificates of TLS and of SSH; empty text = no limit. What cannot be read must not
 * count as "no limit", so it throws `answer-invalid`.
 */
export function parseAllowedResources(text: string): string[] {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed('its list of allowed resources is not JSON', cause);
  }
  if (!Array.isArray(value) || value.length > maxResources || !value.every((id) => typeof id === 'string'))
    throw malformed('its list of allowed resources is malformed');
  return value;
}

/** The attributes of a subject for the certificate that is to be issued; empty ones are left out. */
export function formatGrantSubject(grant: GrantSubject): JsonNameParams {
  const values: [string, string | undefined][] = [
    [oid.mfaDevice, grant.mfaDevice],
    ...grant.activeRequests.map((id): [string, string] => [oid.activeRequest, id]),
    [
      oid.allowedResources,
      grant.allowedResources.length > 0 ? JSON.stringify(grant.allowedResources) : undefined,
    ],
    [oid.previousEnd, grant.previousEnd?.toISOString().replace(/\.\d+Z$/, 'Z')],
  ];
  return values.flatMap(([type, value]) => (value ? [{ [type]: [{ utf8String: value }] }] : []));
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError('answer-invalid', 'The cluster sent a certificate that cannot be used.', {
    reason: `It was refused because ${why}.`,
    cause,
  });
}
