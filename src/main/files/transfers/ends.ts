import type { FileProblem } from '../../../shared/contract/files.ts';
import type { FileKind } from '../../protocol/codec/sftp/attributes.ts';

// A transfer copies from a source to a sink. Each is a disk, a server, or a page; the engine does not know which.

export interface FileFacts {
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified?: number | undefined;
  readonly mode?: number | undefined;
}

/** Names below the target folder, as lossless texts; each is plain (`isPlainName`). */
export type Parts = readonly string[];

export interface SourceFile extends FileFacts {
  readonly kind: 'file';
  readonly parts: Parts;
  /** What the source knows it by. */
  readonly ref: string;
}

export interface SourceFolder {
  readonly kind: 'folder';
  readonly parts: Parts;
  readonly modified?: number | undefined;
  readonly mode?: number | undefined;
}

export type SourceItem =
  | SourceFile
  | SourceFolder
  /** Something that is left out, such as a socket. */
  | { readonly kind: 'problem'; readonly problem: FileProblem };

export interface FileReader {
  /** Bytes of one request at most; absent = any number. */
  readonly blockBytes?: number;
  /** May be shorter than asked for; undefined at the end. Any number of reads may be under way. */
  read(offset: number, length: number): Promise<Uint8Array | undefined>;
  /** As the file is now. */
  facts(): Promise<FileFacts>;
  close(): Promise<void>;
}

export interface Source {
  /** Folders come before what is in them. Walks lazily. */
  items(signal: AbortSignal): AsyncGenerator<SourceItem, void, void>;
  /** `channels`: how many ways at once a large file is worth. */
  open(file: SourceFile, channels: number, signal: AbortSignal): Promise<FileReader>;
  /** SHA-256 in hexadecimal by means of the source itself; undefined = read it. */
  digest?(file: SourceFile, signal: AbortSignal): Promise<string | undefined>;
}

export interface Existing {
  readonly kind: FileKind;
  readonly size?: number | undefined;
  readonly modified?: number | undefined;
}

/** A file in the making, under a temporary name beside its target. */
export interface FileWriter {
  readonly blockBytes?: number;
  /** Bytes that an earlier attempt has left. */
  readonly size: number;
  write(offset: number, data: Uint8Array): Promise<void>;
  /** For the comparison of what is there. */
  read(offset: number, length: number): Promise<Uint8Array | undefined>;
  /** Gives it times and mode, and its name. */
  finish(facts: FileFacts, options: { readonly replaces: boolean }): Promise<void>;
  /** Closes it, and leaves it for another attempt. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export interface OpenOptions {
  readonly temporaryName: string;
  /** An earlier attempt is gone on with; else it begins anew. */
  readonly continues: boolean;
  readonly channels: number;
}

export interface Sink {
  /** Names a target for all transfers of the app. */
  key(parts: Parts): string;
  /** For people. */
  display(parts: Parts): string;
  stat(parts: Parts): Promise<Existing | undefined>;
  /** True when it was not there. */
  makeFolder(parts: Parts): Promise<boolean>;
  finishFolder(folder: SourceFolder): Promise<void>;
  open(parts: Parts, options: OpenOptions, signal: AbortSignal): Promise<FileWriter>;
  /** Removes temporary files of this transfer that begin with `prefix`, in the folder. */
  cleanUp(folder: Parts, prefix: string): Promise<void>;
  digest?(parts: Parts, signal: AbortSignal): Promise<string | undefined>;
  /** Reads a finished file back. */
  reader(parts: Parts): Promise<FileReader>;
}
