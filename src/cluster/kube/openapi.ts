import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from './objects.ts';
import { kubernetesVersion } from './discovery.ts';
import { kinds, type ResourceKind } from './kinds.ts';
import { sendJson } from './status.ts';

const info = { title: 'Kubernetes', version: kubernetesVersion.gitVersion } as const;
/** The answer's name has a dot where the request's has an @, which is no legal media type. */
const protobufV2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * The OpenAPI documents, as far as `kubectl apply` needs them: that the server validates fields itself (v3), and
 * for older clients a document without schemas (v2), with which they leave all checks to the server.
 */
export function serveOpenApi(path: string, request: IncomingMessage, response: ServerResponse): boolean {
  switch (path) {
    case '/openapi/v3':
      sendJson(response, 200, {
        paths: { 'api/v1': { serverRelativeURL: `/openapi/v3/api/v1?hash=${kubernetesVersion.gitVersion}` } },
      });
      return true;
    case '/openapi/v3/api/v1':
      sendJson(response, 200, coreDocument());
      return true;
    case '/openapi/v2':
      if (request.headers.accept?.includes('proto-openapi')) {
        response.writeHead(200, { 'content-type': protobufV2 });
        response.end(emptyDocumentV2());
      } else sendJson(response, 200, { swagger: '2.0', info, paths: {} });
      return true;
    default:
      return false;
  }
}

function coreDocument(): JsonObject {
  return {
    openapi: '3.0.0',
    info,
    paths: Object.fromEntries(kinds.map((kind) => [pathOf(kind), pathItem(kind)])),
    components: { schemas: Object.fromEntries(kinds.map((kind) => [schemaName(kind), schemaOf(kind)])) },
  };
}

function pathOf(kind: ResourceKind): string {
  return `/api/v1/${kind.isNamespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}/{name}`;
}

function identityOf({ group, version, kind }: ResourceKind): JsonObject {
  return { group, version, kind };
}

function pathItem(kind: ResourceKind): JsonObject {
  const names = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];
  const operation = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': identityOf(kind),
    responses: {},
  });
  return {
    get: operation('get'),
    ...(kind.verbs.includes('patch')
      ? {
          patch: {
            ...operation('patch'),
            parameters: names.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
          },
        }
      : {}),
  };
}

function schemaName(kind: ResourceKind): string {
  return `io.k8s.api.core.v1.${kind.kind}`;
}

function schemaOf(kind: ResourceKind): JsonObject {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties = ['metadata', ...kind.fields].map((name) => [name, { ...open, description: name }]);
  return {
    type: 'object',
    description: `${kind.kind}, as the embedded cluster keeps it.`,
    properties: {
      apiVersion: { type: 'string', description: 'v1' },
      kind: { type: 'string', description: kind.kind },
      ...Object.fromEntries(properties),
    },
    'x-kubernetes-group-version-kind': [identityOf(kind)],
  };
}

/** `Document{swagger = 1, info = 2 {title = 1, version = 2}}` of gnostic's OpenAPIv2.proto. */
function emptyDocumentV2(): Buffer {
  const text = (field: number, value: string | Buffer) =>
    Buffer.concat([Buffer.from([field * 8 + 2, Buffer.byteLength(value)]), Buffer.from(value as string)]);
  return Buffer.concat([
    text(1, '2.0'),
    text(2, Buffer.concat([text(1, info.title), text(2, info.version)])),
  ]);
}
