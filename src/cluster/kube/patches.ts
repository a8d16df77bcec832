import { isObject, type Json, type JsonObject } from './objects.ts';
import { KubeError } from './status.ts';

const maxDepth = 64;

/** JSON merge patch (RFC 7386). */
export function mergePatch(target: Json | undefined, patch: Json, depth = 0): Json {
  if (!isObject(patch)) return patch;
  checkDepth(depth);
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else if (value !== undefined) result.set(name, mergePatch(result.get(name), value, depth + 1));
  }
  return Object.fromEntries(result);
}

/** The field by which elements of a list are told apart in a strategic merge (`x-kubernetes-patch-merge-key`). */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  conditions: ['type'],
  ports: ['containerPort', 'port'],
  ownerReferences: ['uid'],
  secrets: ['name'],
  topologySpreadConstraints: ['topologyKey'],
};

/** Strategic merge patch, by the merge keys of the kinds that are served (Kubernetes "strategic merge patch"). */
export function strategicMerge(target: Json | undefined, patch: Json, depth = 0): Json {
  if (!isObject(patch)) return patch;
  checkDepth(depth);
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  if (patch['$retainKeys'] !== undefined) retain(result, patch['$retainKeys']);
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined || name === '$patch' || name === '$retainKeys') continue;
    if (name.startsWith('$setElementOrder/')) continue;
    if (name.startsWith('$deleteFromPrimitiveList/')) {
      const field = name.slice('$deleteFromPrimitiveList/'.length);
      const gone = Array.isArray(value) ? value : [];
      const old = result.get(field);
      if (Array.isArray(old))
        result.set(
          field,
          old.filter((item) => !gone.includes(item)),
        );
    } else if (value === null || (isObject(value) && value['$patch'] === 'delete')) result.delete(name);
    else if (Array.isArray(value))
      result.set(name, mergeList(name, result.get(name), value as Json[], depth));
    else result.set(name, strategicMerge(result.get(name), value, depth + 1));
  }
  return Object.fromEntries(result);
}

function mergeList(name: string, target: Json | undefined, patch: readonly Json[], depth: number): Json {
  if (name === 'finalizers') return [...new Set([...(Array.isArray(target) ? target : []), ...patch])];
  // Names of fields are the client's: `valueOf` must find nothing.
  const keys = Object.hasOwn(mergeKeys, name) ? mergeKeys[name] : undefined;
  const key = keys?.find((field) => patch.some((item) => isObject(item) && field in item));
  const isReplaced = patch.some((item) => isObject(item) && item['$patch'] === 'replace');
  if (key === undefined || isReplaced)
    return patch.filter((item) => !isObject(item) || item['$patch'] === undefined).map(withoutDirectives);
  const result: Json[] = Array.isArray(target) ? [...(target as Json[])] : [];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const at = result.findIndex((old) => isObject(old) && old[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategicMerge(result[at], item, depth + 1);
    else result.push(withoutDirectives(item));
  }
  return result;
}

function retain(result: Map<string, Json | undefined>, keys: Json): void {
  const kept = Array.isArray(keys) ? keys : [];
  for (const name of result.keys()) if (!kept.includes(name)) result.delete(name);
}

function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).map(withoutDirectives);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith('$'))
      .map(([name, part]) => [name, part === undefined ? undefined : withoutDirectives(part)]),
  );
}

/** JSON patch (RFC 6902). */
export function jsonPatch(target: Json, operations: Json): Json {
  if (!Array.isArray(operations)) throw new KubeError('BadRequest', 'a JSON patch must be a list');
  return (operations as readonly Json[]).reduce((document, operation) => {
    if (!isObject(operation)) throw new KubeError('BadRequest', 'an operation must be an object');
    const path = pointerOf(operation['path']);
    switch (operation['op']) {
      case 'add':
      case 'replace':
        return change(document, path, operation['value'] ?? null, operation['op']);
      case 'remove':
        return change(document, path, undefined, 'remove');
      case 'copy':
        return change(document, path, valueAt(document, pointerOf(operation['from'])), 'add');
      case 'move': {
        const from = pointerOf(operation['from']);
        return change(change(document, from, undefined, 'remove'), path, valueAt(document, from), 'add');
      }
      case 'test':
        if (JSON.stringify(valueAt(document, path)) === JSON.stringify(operation['value'])) return document;
        throw new KubeError('Invalid', `testing value /${path.join('/')} failed`);
      default:
        throw new KubeError('BadRequest', `unknown operation ${JSON.stringify(operation['op'])}`);
    }
  }, target);
}

function pointerOf(value: Json | undefined): string[] {
  if (typeof value !== 'string' || (value !== '' && !value.startsWith('/')))
    throw new KubeError('BadRequest', 'a path of a JSON patch must begin with "/"');
  const parts = value.split('/').slice(1);
  checkDepth(parts.length);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(document: Json, path: readonly string[]): Json {
  let at: Json | undefined = document;
  for (const name of path) at = Array.isArray(at) ? (at as Json[])[Number(name)] : memberOf(at, name);
  if (at === undefined) throw missing(path);
  return at;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function change(
  document: Json,
  path: readonly string[],
  value: Json | undefined,
  how: 'add' | 'replace' | 'remove',
): Json {
  const [name, ...rest] = path;
  if (name === undefined) return value ?? null;
  if (Array.isArray(document)) {
    const list = [...(document as Json[])];
    const at = name === '-' ? list.length : Number(name);
    const end = how === 'add' && rest.length === 0 ? list.length : list.length - 1;
    if (!Number.isInteger(at) || at < 0 || at > end) throw missing(path);
    if (rest.length > 0) list[at] = change(list[at] ?? null, rest, value, how);
    else if (how === 'remove') list.splice(at, 1);
    else list.splice(at, how === 'add' ? 0 : 1, value ?? null);
    return list;
  }
  if (!isObject(document)) throw missing(path);
  const old = memberOf(document, name);
  if (old === undefined && (rest.length > 0 || how !== 'add')) throw missing(path);
  const members = new Map(Object.entries(document));
  if (rest.length > 0) members.set(name, change(old ?? null, rest, value, how));
  else if (how === 'remove') members.delete(name);
  else members.set(name, value);
  return Object.fromEntries(members) as JsonObject;
}

function missing(path: readonly string[]): KubeError {
  return new KubeError('Invalid', `the server rejected our request: nothing is at "/${path.join('/')}"`);
}

function checkDepth(depth: number): void {
  if (depth > maxDepth) throw new KubeError('BadRequest', 'the patch is nested too deeply');
}
