import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';
import { AppError } from '../../shared/errors/app-error.ts';

/** One context with all that it needs. */
export interface KubeContext {
  /** Of the context and of its cluster entry. */
  readonly name: string;
  /** `https://127.0.0.1:<port>`. */
  readonly server: string;
  readonly serverName: string;
}

/** The contexts of one account, and the local credential that opens them. */
export interface KubeEntries {
  /** Of the user entry; it marks what is this account's. */
  readonly userName: string;
  readonly authority: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
  readonly contexts: readonly KubeContext[];
}

interface OwnContext {
  readonly name: string;
  readonly cluster: string;
  readonly serverName: string;
}

const lists = ['clusters', 'users', 'contexts'] as const;
type ListName = (typeof lists)[number];

/**
 * A kubeconfig that is edited in place: comments, order, and everything that is not Porthole's stay as they are. Throws
 * `kubeconfig-unusable` for a text that is none.
 */
export class KubeconfigDocument {
  readonly #path: string;
  readonly #document: Document;
  readonly #isIndented: boolean;

  constructor(text: string, path: string) {
    this.#path = path;
    this.#document = parse(text, path);
    // `kubectl` writes lists without indentation, people often with.
    this.#isIndented = /^(clusters|contexts|users):[^\n]*\n(\s*#[^\n]*\n)*\s+- /m.test(text);
  }

  get currentContext(): string {
    const current: unknown = this.#document.get('current-context');
    return typeof current === 'string' ? current : '';
  }

  set currentContext(name: string) {
    this.#document.set('current-context', name);
  }

  /** Contexts of a user entry, by the TLS server name of their cluster. */
  contextsOf(userName: string): Map<string, string> {
    return new Map(this.#own(userName).map(({ name, serverName }) => [serverName, name]));
  }

  /**
   * Makes the account's entries exactly these; others stay. What a person set in a context stays too: its namespace, or another
   * name. Where a name is taken, the new context gets a number.
   */
  put(entries: KubeEntries): void {
    const { userName, contexts } = entries;
    const wanted = new Set(contexts.map((context) => context.serverName));
    for (const own of this.#own(userName)) if (!wanted.has(own.serverName)) this.#removeContext(own);
    if (contexts.length === 0) {
      this.remove(userName);
      return;
    }
    this.#set('users', userName, 'user', {
      'client-certificate-data': base64(entries.clientCertificate),
      'client-key-data': base64(entries.clientKey),
    });
    for (const context of contexts) {
      const known = this.#own(userName).find((own) => own.serverName === context.serverName);
      const name = known?.cluster ?? this.#freeName(context.name);
      this.#set('clusters', name, 'cluster', {
        server: context.server,
        'tls-server-name': context.serverName,
        'certificate-authority-data': base64(entries.authority),
      });
      if (!known) this.#set('contexts', name, 'context', { cluster: name, user: userName });
    }
  }

  /** Takes the account's entries out. A current context among them is unset. */
  remove(userName: string): void {
    for (const own of this.#own(userName)) this.#removeContext(own);
    this.#delete('users', userName);
  }

  toString(): string {
    try {
      return this.#document.toString({
        lineWidth: 0,
        indentSeq: this.#isIndented,
        flowCollectionPadding: false,
      });
    } catch (cause) {
      throw unusable(this.#path, 'It names an anchor that is not there.', cause);
    }
  }

  #own(userName: string): OwnContext[] {
    const clusters = new Map(this.#items('clusters').map((item) => [nameOf(item), item]));
    return this.#items('contexts')
      .filter((item) => item.getIn(['context', 'user']) === userName)
      .map((item) => {
        const cluster = String(item.getIn(['context', 'cluster']));
        const serverName = String(clusters.get(cluster)?.getIn(['cluster', 'tls-server-name']));
        return { name: nameOf(item), cluster, serverName };
      });
  }

  #freeName(wanted: string): string {
    const taken = new Set([...this.#items('contexts'), ...this.#items('clusters')].map(nameOf));
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
    return name;
  }

  #removeContext({ name, cluster }: OwnContext): void {
    this.#delete('contexts', name);
    this.#delete('clusters', cluster);
    if (this.currentContext === name) this.#document.delete('current-context');
  }

  #items(list: ListName): YAMLMap[] {
    const seq = this.#document.get(list);
    return isSeq(seq) ? seq.items.filter((item) => isMap(item)) : [];
  }

  #set(list: ListName, name: string, part: string, values: Record<string, string>): void {
    let item = this.#items(list).find((candidate) => nameOf(candidate) === name);
    if (!item) {
      item = this.#document.createNode({ name, [part]: {} }) as YAMLMap;
      const seq = this.#document.get(list);
      if (isSeq(seq)) {
        // An empty list is often written as `[]`.
        if (seq.items.length === 0) seq.flow = false;
        seq.add(item);
      } else {
        const created = new YAMLSeq();
        created.add(item);
        this.#document.set(list, created);
      }
    }
    const inner = item.get(part);
    if (isMap(inner)) inner.flow = false;
    for (const [key, value] of Object.entries(values))
      if (item.getIn([part, key]) !== value) item.setIn([part, key], value);
  }

  #delete(list: ListName, name: string): void {
    const seq = this.#document.get(list);
    if (!isSeq(seq)) return;
    const index = seq.items.findIndex((item) => isMap(item) && nameOf(item) === name);
    if (index >= 0) seq.delete(index);
  }
}

function parse(text: string, path: string): Document {
  let document: Document;
  try {
    document = parseDocument(text === '' ? 'apiVersion: v1\nkind: Config\n' : text, {
      uniqueKeys: true,
      strict: true,
    });
  } catch (cause) {
    throw unusable(path, 'It is no YAML.', cause);
  }
  const [error] = document.errors;
  if (error) throw unusable(path, `It is no valid YAML: ${error.message.split('\n')[0]}`, error);
  if (document.contents === null) return parse('', path);
  if (!isMap(document.contents)) throw unusable(path, 'It is YAML, but no kubeconfig.');
  const kind: unknown = document.get('kind');
  if (kind !== undefined && kind !== 'Config') throw unusable(path, 'Its kind is not Config.');
  for (const list of lists) {
    const value = document.get(list);
    const isEmpty = value === undefined || value === null || (isScalar(value) && value.value === null);
    if (!isEmpty && !isSeq(value)) throw unusable(path, `Its ${list} are no list.`);
  }
  return document;
}

function nameOf(item: YAMLMap): string {
  const name: unknown = item.get('name');
  return typeof name === 'string' ? name : String(name);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function unusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('kubeconfig-unusable', `The file ${path} was left as it is.`, {
    reason,
    advice: 'Correct it, or use the contexts from the file that Porthole keeps, with KUBECONFIG.',
    action: 'retry',
    cause,
  });
}
