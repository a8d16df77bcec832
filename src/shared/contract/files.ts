import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, ResourceUri } from '../uri/uri.ts';
import { EditId, Instant, LongText, PaneId, ShellId, ShortText, TabId } from './ids.ts';

/**
 * A path on a server as a lossless text of `shared/files/remote-name.ts`: bytes that are no UTF-8 are lone surrogates, which
 * `displayRemoteName` shows to people. Absolute, unless a call says otherwise.
 */
export const RemotePath = z.string().min(1).max(16_000);
/** One name in a folder, as lossless text; never empty, `.`, `..`, or with a slash. */
export const RemoteName = z.string().min(1).max(4_000);

export const FileKind = z.enum(['file', 'folder', 'link', 'socket', 'pipe', 'device', 'unknown']);
export type FileKind = z.infer<typeof FileKind>;

/** One entry of a folder. What a server does not tell is absent. */
export const FileEntry = z.object({
  name: RemoteName,
  kind: FileKind,
  /** Bytes. */
  size: z.number().nonnegative().optional(),
  /** Milliseconds since 1970; whole seconds. */
  modified: z.number().optional(),
  /** The twelve permission bits, such as 0o755. */
  mode: z.number().int().min(0).max(0o7777).optional(),
  /** Name of the owner where the server tells it, else the number. */
  owner: z.string().max(200).optional(),
  group: z.string().max(200).optional(),
  /** Of a link: where it leads, as it is written there; and what is there, `unknown` when it leads nowhere. */
  linkTarget: z.string().max(16_000).optional(),
  linkKind: FileKind.optional(),
});
export type FileEntry = z.infer<typeof FileEntry>;

/** `forbidden`: this server or this account has no file copying, and trying again changes nothing. */
export const FilePaneStatus = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting') }),
  z.object({ kind: z.literal('ready'), home: RemotePath }),
  z.object({ kind: z.literal('ended'), error: ErrorInfo }),
  z.object({ kind: z.literal('forbidden'), error: ErrorInfo }),
]);
export type FilePaneStatus = z.infer<typeof FilePaneStatus>;

/** The files of one server for one login. A pane keeps its id when it is connected again. */
export const FilePane = z.object({
  id: PaneId,
  accountUri: AccountUri,
  serverUri: ResourceUri,
  serverName: ShortText,
  login: ShortText,
  /** The shell beside which it stands, and whose connection it uses; absent in a tab of its own. */
  shellId: ShellId.optional(),
  status: FilePaneStatus,
  /** Where it was in the last run of Porthole; it begins there. */
  startFolder: RemotePath.optional(),
  /** The folder that the shell was in last, where the shell tells it (OSC 7). */
  shellFolder: RemotePath.optional(),
  /** Of this server, for all its panes; kept over restarts. */
  bookmarks: z.array(RemotePath).max(200),
});
export type FilePane = z.infer<typeof FilePane>;

/**
 * A copy of a server's file that is open in an editor of this machine. `changed`: the server's file has changed since, and
 * what was saved here waits for an answer.
 */
export const FileEdit = z.object({
  id: EditId,
  paneId: PaneId,
  serverName: ShortText,
  path: RemotePath,
  localPath: LongText,
  status: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('opening') }),
    z.object({ kind: z.literal('watching'), savedAt: Instant.optional() }),
    z.object({ kind: z.literal('saving') }),
    z.object({ kind: z.literal('changed') }),
    z.object({ kind: z.literal('failed'), error: ErrorInfo }),
  ]),
});
export type FileEdit = z.infer<typeof FileEdit>;

export const FolderChunk = z.object({
  /** The folder as the server names it, without links and dots. The same in each chunk. */
  path: RemotePath,
  entries: z.array(FileEntry).max(2_000),
});
export type FolderChunk = z.infer<typeof FolderChunk>;

/** How far a walk is; the last one has `isDone`. */
export const CountProgress = z.object({
  files: z.number().int().nonnegative(),
  folders: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
  isDone: z.boolean(),
});
export type CountProgress = z.infer<typeof CountProgress>;

export const FileProblem = z.object({ path: z.string().max(16_000), error: ErrorInfo });
export type FileProblem = z.infer<typeof FileProblem>;

export const RemoveProgress = z.object({
  removed: z.number().int().nonnegative(),
  /** What could not be removed; the first 100. */
  problems: z.array(FileProblem).max(100),
  problemCount: z.number().int().nonnegative(),
  isDone: z.boolean(),
});
export type RemoveProgress = z.infer<typeof RemoveProgress>;

/** At most so much of a file is shown as text. */
export const maxTextBytes = 1 << 20;
/** Larger images have no preview. */
export const maxImageBytes = 2 << 20;

export const FileText = z.object({
  text: z.string().max(maxTextBytes),
  /** Bytes of the whole file. */
  size: z.number().nonnegative(),
  /** Only its beginning is here. */
  isCut: z.boolean(),
  /** It has bytes that no text has, such as NUL; they stand as U+FFFD. */
  isBinary: z.boolean(),
});
export type FileText = z.infer<typeof FileText>;

const onPane = z.object({ paneId: PaneId });
const onPath = onPane.extend({ path: RemotePath });
const onPaths = onPane.extend({ paths: z.array(RemotePath).min(1).max(10_000) });

/** What the pane shows and does on the server; copying is in `transfers`. Failures name the path. */
export const files = {
  /** Opens the pane of a shell, beside it, or finds the one that is open; connects in the background. */
  openBeside: oc.input(z.object({ shellId: ShellId })).output(z.object({ paneId: PaneId })),
  /** The files of a server in a tab of its own. */
  openTab: oc
    .input(z.object({ serverUri: ResourceUri, serverName: ShortText, login: z.string().min(1).max(500) }))
    .output(z.object({ paneId: PaneId, tabId: TabId })),
  /** Transfers of the pane go on. The pane of a tab closes with the tab. */
  close: oc.input(onPane).output(z.void()),
  reconnect: oc.input(onPane).output(z.void()),
  /** What OSC 7 said: a `file:` address, or a bare path. Anything else is left aside. */
  setShellFolder: oc.input(z.object({ shellId: ShellId, address: z.string().max(16_000) })).output(z.void()),
  /** The entries in the server's order, a chunk at a time; at least one chunk comes, empty for an empty folder. `~` is the home folder. */
  list: oc.input(onPath).output(eventIterator(FolderChunk)),
  /** Looks at one file; a link is told with its target. `path` is what the server calls it. */
  stat: oc.input(onPath).output(z.object({ path: RemotePath, entry: FileEntry })),
  /** Folders, then files, whose names continue what was typed; `path` may begin with `~`. */
  complete: oc
    .input(onPath)
    .output(z.object({ matches: z.array(z.object({ path: RemotePath, isFolder: z.boolean() })).max(50) })),
  makeFolder: oc.input(onPath).output(z.void()),
  /** Moves within the server. `file-exists` when something is there already. */
  rename: oc.input(onPane.extend({ from: RemotePath, to: RemotePath })).output(z.void()),
  /** Counts all that `remove` or a download would take; links are not followed. */
  count: oc.input(onPaths).output(eventIterator(CountProgress)),
  /** Removes files and folders with all that is in them; goes on after a failure. Leaving early stops it. */
  remove: oc.input(onPaths).output(eventIterator(RemoveProgress)),
  setMode: oc
    .input(onPaths.extend({ mode: z.number().int().min(0).max(0o7777) }))
    .output(z.object({ problems: z.array(FileProblem).max(100) })),
  readText: oc.input(onPath).output(FileText),
  /** PNG, JPEG, GIF, WebP, BMP, AVIF and icons, known by their bytes; `unsupported` for others, `answer-too-large` above 2 MiB. */
  readImage: oc
    .input(onPath)
    .output(z.object({ mediaType: ShortText, base64: z.string().max(maxImageBytes * 2) })),
  /** Puts a bookmark on a folder of the pane's server, or takes it away. */
  setBookmark: oc.input(onPath.extend({ isSet: z.boolean() })).output(z.void()),
  /** Copies a file here and opens it in the editor of the settings; `fileEdits` tells how it goes. */
  edit: oc.input(onPath).output(z.object({ editId: EditId })),
  /** After `changed`: put the copy over the server's file, or beside it under a free name, or take the server's instead. */
  settleEdit: oc
    .input(z.object({ editId: EditId, answer: z.enum(['overwrite', 'keep-both', 'reload']) }))
    .output(z.void()),
  /** Stops watching and removes the local copy. */
  endEdit: oc.input(z.object({ editId: EditId })).output(z.void()),
};
