import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { type KubeContext, KubeconfigDocument } from './kubeconfig-document.ts';
import { editKubeconfig } from './kubeconfig-file.ts';
import type { LocalAuthority } from './local-authority.ts';
import { serverNameOf } from './server-name.ts';

/** A Kubernetes cluster of an account, as kubeconfigs name it. */
export interface PublishedCluster {
  readonly name: string;
  readonly teleportCluster: string;
  readonly port: number;
}

export interface KubeconfigsOptions {
  /** Of Porthole's own kubeconfigs. */
  readonly folder: string;
  readonly log: Logger;
  /** The person's own environment: `KUBECONFIG` and the home folder say where their kubeconfig is. */
  readonly environment: NodeJS.ProcessEnv;
  /** Names an account, the same in every start. */
  readonly labelOf: (account: AccountUri) => string;
}

/** The kubeconfig of each account, at a place that never changes, and its contexts in the person's own kubeconfig. */
export class Kubeconfigs {
  readonly #options: KubeconfigsOptions;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: KubeconfigsOptions) {
    this.#options = options;
  }

  /** Where the account's kubeconfig is, whether it was written yet or not. */
  pathOf(account: AccountUri): string {
    return join(this.#options.folder, `${fileNameOf(this.#options.labelOf(account))}.yaml`);
  }

  /** The kubeconfig that `kubectl` uses by itself. */
  get userPath(): string {
    const { environment } = this.#options;
    const [first] = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
    return first ?? join(environment['HOME'] ?? homedir(), '.kube', 'config');
  }

  /** Makes the contexts of the account's file exactly these. */
  write(
    account: AccountUri,
    authority: LocalAuthority,
    clusters: readonly PublishedCluster[],
  ): Promise<void> {
    const path = this.pathOf(account);
    const change = (text: string) => {
      const document = this.#openOwn(text, path);
      document.put(entriesOf(this.#userName(account), authority, clusters));
      const names = [...document.contextsOf(this.#userName(account)).values()];
      const [first] = names;
      // A choice that the person made in it stays.
      if (document.currentContext === '' && first !== undefined) document.currentContext = first;
      return document.toString();
    };
    return this.#enqueue(async () => {
      await editKubeconfig({ path, change, keepsCopy: () => false, isOwn: true });
    });
  }

  /** Writes the contexts into the person's own kubeconfig. Throws `kubeconfig-unusable`, and has changed nothing then. */
  merge(
    account: AccountUri,
    authority: LocalAuthority,
    clusters: readonly PublishedCluster[],
  ): Promise<{ path: string; copy?: string }> {
    const path = this.userPath;
    const entries = entriesOf(this.#userName(account), authority, clusters);
    return this.#editUser(path, (text) => {
      const document = new KubeconfigDocument(text, path);
      document.put(entries);
      return document.toString();
    });
  }

  /** Takes the contexts out of the person's own kubeconfig. */
  unmerge(account: AccountUri): Promise<{ path: string; copy?: string }> {
    const path = this.userPath;
    return this.#editUser(path, (text) => {
      if (!text.includes(this.#userName(account))) return undefined;
      const document = new KubeconfigDocument(text, path);
      document.remove(this.#userName(account));
      return document.toString();
    });
  }

  /** `KUBECONFIG` for a terminal in which this cluster is the current one, whatever other terminals choose. */
  selecting(account: AccountUri, cluster: PublishedCluster): string {
    const folder = join(this.#options.folder, fileNameOf(this.#options.labelOf(account)));
    const path = join(folder, `${serverNameOf(cluster.name).split('.')[0]}.yaml`);
    const text = `apiVersion: v1\nkind: Config\ncurrent-context: ${JSON.stringify(contextNameOf(cluster))}\n`;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (cause) {
      throw new AppError('store-unwritable', 'The kubeconfig of this terminal could not be written.', {
        reason: `The file ${path} cannot be written.`,
        advice: 'Check the disk and the permissions of the folder.',
        action: 'retry',
        cause,
      });
    }
    return [path, this.pathOf(account)].join(delimiter);
  }

  /** Removes the account's file, after its last cluster was forgotten. */
  remove(account: AccountUri): Promise<void> {
    return this.#enqueue(async () => {
      rmSync(this.pathOf(account), { force: true });
      rmSync(join(this.#options.folder, fileNameOf(this.#options.labelOf(account))), {
        force: true,
        recursive: true,
      });
    });
  }

  /** What somebody broke in a file of Porthole's own is put aside. */
  #openOwn(text: string, path: string): KubeconfigDocument {
    try {
      return new KubeconfigDocument(text, path);
    } catch (error) {
      this.#options.log.error('kubeconfig-damaged', error);
      writeFileSync(`${path}.damaged`, text, { mode: 0o600 });
      return new KubeconfigDocument('', path);
    }
  }

  #userName(account: AccountUri): string {
    return `${userPrefix}${this.#options.labelOf(account)}`;
  }

  async #editUser(path: string, change: (text: string) => string | undefined) {
    const copy = await this.#enqueue(() =>
      editKubeconfig({ path, change, keepsCopy: (text) => !text.includes(userPrefix) }),
    );
    return copy === undefined ? { path } : { path, copy };
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(work);
    this.#queue = next.catch(() => undefined);
    return next;
  }
}

const userPrefix = 'porthole:';

/** `<kube>@<cluster>`. */
export function contextNameOf(cluster: PublishedCluster): string {
  return `${cluster.name}@${cluster.teleportCluster}`;
}

function entriesOf(userName: string, authority: LocalAuthority, clusters: readonly PublishedCluster[]) {
  return {
    userName,
    authority: authority.certificate,
    clientCertificate: authority.clientCertificate,
    clientKey: authority.clientKey,
    contexts: clusters.map(
      (cluster): KubeContext => ({
        name: contextNameOf(cluster),
        server: `https://127.0.0.1:${cluster.port}`,
        serverName: serverNameOf(cluster.name),
      }),
    ),
  };
}

/** Readable where it can be, and never two accounts in one file. */
export function fileNameOf(label: string): string {
  const readable = label.replaceAll(/[^A-Za-z0-9@.-]+/g, '-').slice(0, 80);
  return `${readable}-${createHash('sha256').update(label).digest('hex').slice(0, 8)}`;
}
