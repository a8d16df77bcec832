import { create, toBinary } from '@bufbuild/protobuf';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DocumentSchema } from '../../main/protocol/codec/gen/kubernetes/openapi_v2_pb.js';
import type { JsonObject } from './objects.ts';
import { kubernetesVersion } from './discovery.ts';
import { kinds, type ResourceKind } from './kinds.ts';
import { sendJson } from './status.ts';

const patchParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];
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
        response.end(documentV2());
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
            parameters: patchParameters.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
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

/** Paths with what a patch takes; without schemas, so that all checks are left to the server. */
function documentV2(): Uint8Array {
  const parameter = (name: string) => ({
    parameter: { nonBodyParameter: { queryParameter: { in: 'query', name, type: 'string' } } },
  });
  const path = kinds
    .filter((kind) => kind.verbs.includes('patch'))
    .map((kind) => ({
      name: pathOf(kind),
      value: {
        patch: {
          parameters: patchParameters.map(parameter),
          vendorExtension: [
            { name: 'x-kubernetes-group-version-kind', value: { yaml: JSON.stringify(identityOf(kind)) } },
          ],
        },
      },
    }));
  return toBinary(DocumentSchema, create(DocumentSchema, { swagger: '2.0', info, paths: { path } }));
}
