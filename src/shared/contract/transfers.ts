import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, ResourceUri } from '../uri/uri.ts';
import { FileProblem, RemotePath } from './files.ts';
import { Instant, LongText, PaneId, ShortText, TransferId } from './ids.ts';

/**
 * How files of this machine are reached: `AppInfo.capabilities` has one of these. With `files-by-path` the main process
 * reads and writes them by their paths; with `files-by-page` the page does, through streams of its own server.
 */
export const filesByPath = 'files-by-path';
export const filesByPage = 'files-by-page';

/** `newer`: replace only what is older than what comes. */
export const ConflictAnswer = z.enum(['replace', 'skip', 'keep-both', 'newer']);
export type ConflictAnswer = z.infer<typeof ConflictAnswer>;

const FileFacts = z.object({ size: z.number().nonnegative().optional(), modified: z.number().optional() });

/** Something is at the target already. Times in milliseconds since 1970. */
export const TransferConflict = z.object({
  /** The target, for people: as `displayRemoteName` shows it. */
  path: z.string().max(16_000),
  existing: FileFacts,
  incoming: FileFacts,
});
export type TransferConflict = z.infer<typeof TransferConflict>;

/**
 * `waiting`: goes on by itself when the connection or the sign-in is back; for `page` the files must be chosen again
 * (`reattach`), because the page that had them is gone.
 */
export const TransferStatus = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queued') }),
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('checking') }),
  z.object({ kind: z.literal('paused') }),
  z.object({
    kind: z.literal('waiting'),
    for: z.enum(['connection', 'sign-in', 'page']),
    error: ErrorInfo.optional(),
  }),
  z.object({ kind: z.literal('asking'), conflict: TransferConflict }),
  z.object({ kind: z.literal('failed'), error: ErrorInfo }),
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('cancelled') }),
]);
export type TransferStatus = z.infer<typeof TransferStatus>;

export const TransferProgress = z.object({
  bytesDone: z.number().nonnegative(),
  /** Grows while folders are walked; final when `isCounted`. */
  bytesTotal: z.number().nonnegative(),
  filesDone: z.number().int().nonnegative(),
  filesSkipped: z.number().int().nonnegative(),
  filesTotal: z.number().int().nonnegative(),
  foldersTotal: z.number().int().nonnegative(),
  isCounted: z.boolean(),
  /** Bytes a second over the last seconds. */
  rate: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().optional(),
  /** The file under way, for people. */
  current: z.string().max(4_000).optional(),
});
export type TransferProgress = z.infer<typeof TransferProgress>;

/** One act of a person: any number of files and folders in one direction. */
export const TransferInfo = z.object({
  id: TransferId,
  accountUri: AccountUri,
  serverUri: ResourceUri,
  serverName: ShortText,
  login: ShortText,
  direction: z.enum(['upload', 'download']),
  /** For people: the name of the one thing, or of the first. */
  title: z.string().max(4_000),
  /** How many things were chosen. */
  itemCount: z.number().int().nonnegative(),
  /** The server's folder: the target of uploads, the parent of the first download. */
  remoteFolder: RemotePath,
  /** The folder of this machine; absent where the page has the files. */
  localFolder: LongText.optional(),
  status: TransferStatus,
  progress: TransferProgress,
  /** What was left out, and why: the first 100. */
  problems: z.array(FileProblem).max(100),
  problemCount: z.number().int().nonnegative(),
  checkHashes: z.boolean(),
  createdAt: Instant,
  endedAt: Instant.optional(),
});
export type TransferInfo = z.infer<typeof TransferInfo>;

/** A file that the page holds. `path` is relative with `/`, begins with the chosen folder's name; folders that are empty end with `/`. */
export const PageFile = z.object({
  path: z.string().min(1).max(16_000),
  size: z.number().int().nonnegative(),
  /** Milliseconds since 1970. */
  modified: z.number().nonnegative(),
});
export type PageFile = z.infer<typeof PageFile>;
const PageFiles = z.array(PageFile).max(5_000);

/**
 * A part of a file that the main process wants from the page: it answers with `POST url` and the bytes as the body, or with
 * `failPart`. `file` counts among all files in the order in which they were given.
 */
export const PagePart = z.object({
  partId: ShortText,
  file: z.number().int().nonnegative(),
  offset: z.number().int().nonnegative(),
  length: z.number().int().positive(),
  url: ShortText,
});
export type PagePart = z.infer<typeof PagePart>;

/**
 * Something that the page is to write below the folder that was chosen: a file is `GET url`, from a byte on with
 * `?offset=`; it is answered with `pageWrote`. A broken stream is asked for again from where it stopped. `parts` is the path below the folder; each is a plain name.
 */
export const PageItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), parts: z.array(ShortText).min(1).max(1_000) }),
  z.object({
    kind: z.literal('file'),
    itemId: ShortText,
    parts: z.array(ShortText).min(1).max(1_000),
    size: z.number().nonnegative(),
    modified: z.number().optional(),
    url: ShortText,
  }),
]);
export type PageItem = z.infer<typeof PageItem>;

const common = {
  paneId: PaneId,
  checkHashes: z.boolean().default(false),
  onConflict: ConflictAnswer.optional(),
};
const onTransfer = z.object({ transferId: TransferId });
const created = z.object({ transferId: TransferId });

export const transfers = {
  /** A dialog of the system; empty when it was closed. `unsupported` with `files-by-page`. */
  choose: oc
    .input(z.object({ what: z.enum(['files', 'folder', 'target-folder']) }))
    .output(z.object({ paths: z.array(LongText).max(10_000) })),
  /** Sends files and folders of this machine by their absolute paths. */
  uploadPaths: oc
    .input(z.object({ ...common, folder: RemotePath, paths: z.array(LongText.min(1)).min(1).max(10_000) }))
    .output(created),
  /** Sends what the page holds. More than fits one call follows with `addPageFiles`; the page then serves `pageParts`. */
  uploadFromPage: oc
    .input(z.object({ ...common, folder: RemotePath, files: PageFiles.min(1), isLast: z.boolean() }))
    .output(created),
  addPageFiles: oc.input(onTransfer.extend({ files: PageFiles, isLast: z.boolean() })).output(z.void()),
  /** What the main process wants, until the transfer is over. Serving again, with the same files, goes on after a reload. */
  pageParts: oc.input(onTransfer).output(eventIterator(PagePart)),
  failPart: oc.input(z.object({ partId: ShortText, reason: ShortText })).output(z.void()),
  /** After `waiting` for the page: the files that were chosen again. `file-changed` names one that is not the same. */
  reattach: oc.input(onTransfer.extend({ files: PageFiles.min(1) })).output(z.void()),
  /** Fetches files and folders into a folder of this machine. */
  downloadToFolder: oc
    .input(z.object({ ...common, paths: z.array(RemotePath).min(1).max(10_000), folder: LongText.min(1) }))
    .output(created),
  /**
   * Fetches through the page. `folder`: the page serves `pageItems`. `file`, for one file, and `archive`, a `.tar`: the page
   * follows `url` as a download; the transfer runs as fast as the browser takes it.
   */
  downloadToPage: oc
    .input(
      z.object({
        ...common,
        paths: z.array(RemotePath).min(1).max(10_000),
        way: z.enum(['folder', 'file', 'archive']),
      }),
    )
    .output(created.extend({ url: ShortText.optional() })),
  pageItems: oc.input(onTransfer).output(eventIterator(PageItem)),
  /** How the writing of an item ended. The page itself chooses a free name where the folder has one already. */
  pageWrote: oc
    .input(
      onTransfer.extend({
        itemId: ShortText,
        result: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('written'), bytes: z.number().nonnegative() }),
          z.object({ kind: z.literal('failed'), reason: ShortText }),
        ]),
      }),
    )
    .output(z.void()),
  pause: oc.input(onTransfer).output(z.void()),
  /** After a pause. What is there already is compared and not sent again. */
  resume: oc.input(onTransfer).output(z.void()),
  /** Half files are removed. */
  cancel: oc.input(onTransfer).output(z.void()),
  /** After `failed`, or for what was left out of a `done` one. */
  retry: oc.input(onTransfer).output(z.void()),
  /** Takes ended transfers off the list. */
  clear: oc.input(z.object({ transferIds: z.array(TransferId).max(1_000) })).output(z.void()),
  /** `forAll`: the answer counts for all that follows in this transfer. */
  answer: oc.input(onTransfer.extend({ answer: ConflictAnswer, forAll: z.boolean() })).output(z.void()),
  /** Opens the folder of a download in the system's file manager. `unsupported` with `files-by-page`. */
  reveal: oc.input(onTransfer).output(z.void()),
};
