import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isObject, type Json, type JsonObject } from './objects.ts';
import { parseProtobufBody, protobufType } from './protobuf-body.ts';
import { KubeError } from './status.ts';

const maxBodyBytes = 3 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes)
      throw new KubeError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The body as JSON, YAML or protobuf, whatever the content type says. */
export function parseBody(bytes: Buffer, type: string): Json {
  if (type === protobufType) return parseProtobufBody(bytes);
  if (!/[/+](json|yaml)$/.test(type))
    throw new KubeError('UnsupportedMediaType', `the body of the request was in an unknown format - ${type}`);
  try {
    const text = bytes.toString('utf8');
    return type.endsWith('yaml')
      ? (parseYaml(text, { maxAliasCount: 100, logLevel: 'error' }) as Json)
      : (JSON.parse(text) as Json);
  } catch (error) {
    throw new KubeError('BadRequest', `couldn't get version/kind; parse error: ${messageOf(error)}`);
  }
}

export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const value = parseBody(await readBody(request), contentType(request));
  if (!isObject(value)) throw new KubeError('BadRequest', 'the body must be an object');
  return value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown';
}
