import type { Readable } from 'node:stream';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { ClientPipes } from '../../shared/wire/pipe.ts';

/** The embedded cluster that a start brings along; it runs in a process of its own. */
export interface DemoCluster {
  /** `127.0.0.1:<port>` or `localhost:<port>` of its proxy. */
  readonly address: string;
  /** PEM of the CA of its web certificate; trusted for this cluster alone. */
  readonly caPem: string;
  readonly userName: string;
  /** Everybody who can be signed in with one click, the first user included; absent = that one alone. */
  readonly users?: readonly { readonly userName: string; readonly about: string }[];
  /** Of a user, else of the first. Fetched anew for each sign-in, because a one-time code works once. Never leaves the main process. */
  credentials(userName?: string): Promise<{ readonly password: string; readonly oneTimeCode: string }>;
}

export interface AppOptions {
  readonly version: string;
  readonly demo?: DemoCluster;
  /** Base address of the collector of usage data; absent = none, and nothing is asked. */
  readonly usageCollector?: string;
  /** Where an administrator's policy is; tests have their own. */
  readonly policyPath?: string;
  /** The clock; tests move it. */
  readonly now?: () => Date;
}

/** Bytes of a download, in order, from `offset` on. */
export interface FileBody {
  /** Lossless text. */
  readonly name: string;
  /** Of the whole; undefined when nobody knows it yet. */
  readonly size?: number | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Bytes of transfers whose files a page holds or writes; a host without paths serves them (transfers contract). */
export interface FileStreams {
  /** Throws `not-found` when nobody asked for it. */
  takePart(partId: string, body: Readable): Promise<void>;
  itemBody(itemId: string, offset: number): FileBody | undefined;
  /** Waits until the transfer runs; undefined for an unknown one. */
  downloadBody(transferId: string, offset: number): Promise<FileBody | undefined>;
}

/** The running core, the same under both hosts. */
export interface App {
  /** Serves one page over its two pipes; disposing cuts it off. Its shells go on. */
  connectClient(pipes: ClientPipes): Disposable;
  readonly fileStreams: FileStreams;
  /** Ends shells and connections in order, within a deadline. */
  dispose(): Promise<void>;
}
