import { type DescMessage, fromBinary, toJson } from '@bufbuild/protobuf';
import {
  ConfigMapSchema,
  NamespaceSchema,
  SecretSchema,
  SelfSubjectAccessReviewSchema,
  SelfSubjectReviewSchema,
  ServiceAccountSchema,
  ServiceSchema,
  UnknownSchema,
} from '../../main/protocol/codec/gen/kubernetes/kubernetes_pb.js';
import { isObject, type Json, type JsonObject } from './objects.ts';
import { KubeError } from './status.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';
/** What the body begins with; an `Unknown` message follows. */
const magic = Buffer.from('k8s\0', 'latin1');

const schemas: Readonly<Record<string, DescMessage>> = {
  ConfigMap: ConfigMapSchema,
  Namespace: NamespaceSchema,
  Secret: SecretSchema,
  SelfSubjectAccessReview: SelfSubjectAccessReviewSchema,
  SelfSubjectReview: SelfSubjectReviewSchema,
  Service: ServiceSchema,
  ServiceAccount: ServiceAccountSchema,
};

/**
 * An object in Kubernetes' protobuf form, as JSON. Throws `UnsupportedMediaType` for kinds that are only taken as
 * JSON, and `BadRequest` for bytes that are no such object.
 */
export function parseProtobufBody(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new KubeError('BadRequest', 'provided data does not appear to be a protobuf message');
  try {
    const { typeMeta, raw } = fromBinary(UnknownSchema, bytes.subarray(magic.length));
    const { apiVersion = '', kind = '' } = typeMeta ?? {};
    const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
    if (!schema)
      throw new KubeError('UnsupportedMediaType', `${kind || 'this kind'} is only taken as JSON or YAML`);
    const object = toJson(schema, fromBinary(schema, raw)) as JsonObject;
    return { ...(plainPorts(object) as JsonObject), apiVersion, kind };
  } catch (error) {
    if (error instanceof KubeError) throw error;
    throw new KubeError('BadRequest', 'the protobuf message of the body is malformed');
  }
}

/** `targetPort` is a number or a name in JSON. */
function plainPorts(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(plainPorts);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (name === 'targetPort' && isObject(part))
        return [name, part['type'] === 1 ? part['strVal'] : (part['intVal'] ?? 0)];
      return [name, part === undefined ? part : plainPorts(part)];
    }),
  );
}
