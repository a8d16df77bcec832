import { randomInt } from 'node:crypto';
import { isObject, type JsonObject, type KubeObject, listOf, objectAt, textOf } from './objects.ts';
import type { ResourceKind } from './kinds.ts';
import type { RequestInfo } from './request-info.ts';
import { KubeError } from './status.ts';
import type { Draft } from './store.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const generated = 'bcdfghjklmnpqrstvwxz2456789';

/** Checks an object that a client sends and gives it the defaults that the server adds. Throws `KubeError`. */
export function toDraft(info: RequestInfo, body: JsonObject): Draft {
  const { kind } = info;
  if (textOf(body['kind'], kind.kind) !== kind.kind || textOf(body['apiVersion'], 'v1') !== 'v1')
    throw new KubeError(
      'BadRequest',
      `${textOf(body['kind'])} in version "${textOf(body['apiVersion'])}" cannot be handled as a ${kind.kind}`,
    );
  const given = objectAt(body, 'metadata');
  const name = textOf(given['name']) || generatedName(textOf(given['generateName'])) || info.name;
  if (info.name !== '' && name !== info.name)
    throw new KubeError(
      'BadRequest',
      `the name of the object (${name}) does not match the name on the URL (${info.name})`,
    );
  const namespace = textOf(given['namespace'], info.namespace) || info.namespace;
  if (kind.isNamespaced && namespace !== info.namespace)
    throw new KubeError(
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  checkMetadata(kind, name, given);
  const { managedFields: _fields, selfLink: _link, ...metadata } = given;
  const draft = {
    ...body,
    kind: kind.kind,
    apiVersion: 'v1',
    metadata: { ...metadata, name, ...(kind.isNamespaced ? { namespace } : {}) },
  };
  return withDefaults(kind, draft as Draft);
}

function generatedName(prefix: string): string {
  if (prefix === '') return '';
  const letters = Array.from({ length: 5 }, () => generated[randomInt(generated.length)]);
  return `${prefix}${letters.join('')}`;
}

function checkMetadata(kind: ResourceKind, name: string, metadata: JsonObject): void {
  if (name === '')
    throw invalid(kind, name, 'metadata.name: Required value: name or generateName is required');
  if (name.length > 253 || !subdomain.test(name))
    throw invalid(
      kind,
      name,
      `metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    );
  for (const field of ['labels', 'annotations']) {
    const values = metadata[field];
    if (values === undefined || values === null) continue;
    if (!isObject(values) || Object.values(values).some((value) => typeof value !== 'string'))
      throw new KubeError('BadRequest', `metadata.${field} must be a map of strings`);
  }
}

function withDefaults(kind: ResourceKind, draft: Draft): Draft {
  switch (kind.plural) {
    case 'configmaps':
      if (Object.values(objectAt(draft, 'data')).some((value) => typeof value !== 'string'))
        throw new KubeError(
          'BadRequest',
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: data must be strings',
        );
      return draft;
    case 'namespaces':
      return { ...draft, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    case 'secrets':
      return secretDefaults(draft);
    case 'services':
      return { ...draft, spec: { type: 'ClusterIP', clusterIP: someAddress(), ...objectAt(draft, 'spec') } };
    case 'pods':
      return podDefaults(kind, draft);
    default:
      return draft;
  }
}

/** An address of a service. Nothing answers there; without one kubectl takes the service for headless. */
function someAddress(): string {
  return `10.96.${randomInt(256)}.${randomInt(1, 255)}`;
}

function secretDefaults(draft: Draft): Draft {
  const { stringData, ...rest } = draft;
  const plain = Object.entries(objectAt(stringData)).map(([name, value]) => [
    name,
    Buffer.from(textOf(value)).toString('base64'),
  ]);
  return {
    ...rest,
    type: textOf(draft['type'], 'Opaque'),
    data: { ...objectAt(draft, 'data'), ...Object.fromEntries(plain) },
  } as unknown as Draft;
}

function podDefaults(kind: ResourceKind, draft: Draft): Draft {
  const spec = objectAt(draft, 'spec');
  const containers = listOf(spec['containers']).map((container) => objectAt(container));
  if (containers.length === 0) throw invalid(kind, draft.metadata.name, 'spec.containers: Required value');
  const names = containers.map((container) => textOf(container['name']));
  if (names.some((name) => !subdomain.test(name)) || new Set(names).size !== names.length)
    throw invalid(kind, draft.metadata.name, 'spec.containers[*].name: Required value: names must be unique');
  if (containers.some((container) => textOf(container['image']) === ''))
    throw invalid(kind, draft.metadata.name, 'spec.containers[0].image: Required value');
  return {
    ...draft,
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      ...spec,
    },
    status: Object.keys(objectAt(draft, 'status')).length > 0 ? draft['status'] : { phase: 'Pending' },
  };
}

/** A running pod keeps its programs: only images may change. */
export function checkPodUpdate(before: KubeObject, after: Draft): void {
  const shape = (pod: JsonObject) =>
    listOf(objectAt(pod, 'spec')['containers']).map((container) => ({ ...objectAt(container), image: '' }));
  if (JSON.stringify(shape(before)) !== JSON.stringify(shape(after)))
    throw new KubeError(
      'Invalid',
      `Pod "${before.metadata.name}" is invalid: spec: Forbidden: pod updates may not change fields other than \`spec.containers[*].image\``,
    );
}

/** Unknown fields, which `fieldValidation=Strict` refuses. */
export function unknownFields(kind: ResourceKind, body: JsonObject): string[] {
  const known = new Set(['apiVersion', 'kind', 'metadata', ...kind.fields]);
  return Object.keys(body)
    .filter((name) => !known.has(name))
    .map((name) => `unknown field "${name}"`);
}

/** `why` begins with the field, behind which a colon stands. */
function invalid(kind: ResourceKind, name: string, why: string): KubeError {
  const [field = '', ...message] = why.split(': ');
  return new KubeError('Invalid', `${kind.kind} "${name}" is invalid: ${why}`, {
    name,
    kind: kind.kind,
    // What kubectl shows.
    causes: [{ reason: 'FieldValueInvalid', message: message.join(': '), field }],
  });
}
