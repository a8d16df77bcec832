import { AppError, isAppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { decodeRemoteName, displayRemoteName } from '../../../shared/files/remote-name.ts';
import type { SftpSession } from '../../protocol/client/sftp-session.ts';
import { type FileAttributes, kindOfMode } from '../../protocol/codec/sftp/attributes.ts';
import { openFlags } from '../../protocol/codec/sftp/packets.ts';
import { baseOf, isPlainName, joinRemote, remoteBytes } from '../remote-path.ts';
import type { ServerLink } from '../server-link.ts';
import type { FileFacts, FileReader, Parts, Source, SourceFile, SourceItem } from './ends.ts';
import { blockBytes } from './copy-bytes.ts';
import { remoteDigest } from './remote-digest.ts';

/** A server may make folders in folders without end. */
const maxDepth = 200;

/** Files and folders of a server. */
export class SftpSource implements Source {
  readonly #link: ServerLink;
  readonly #paths: readonly string[];
  #turn = 0;

  constructor(link: ServerLink, paths: readonly string[]) {
    this.#link = link;
    this.#paths = paths;
  }

  async *items(signal: AbortSignal): AsyncGenerator<SourceItem, void, void> {
    for (const path of this.#paths) {
      const session = await this.#link.session(signal);
      const name = baseOf(path);
      if (!isPlainName(name)) {
        yield leftOut(path, 'It has no name of its own.');
        continue;
      }
      try {
        yield* this.#item(path, [name], await session.stat(remoteBytes(path)), signal);
      } catch (error) {
        yield problem(path, error);
      }
    }
  }

  async open(file: SourceFile, channels: number, signal: AbortSignal): Promise<FileReader> {
    const sessions = await this.#link.sessions(Math.max(channels, 2), signal);
    this.#turn += 1;
    const used = channels > 1 ? sessions : [sessions[this.#turn % sessions.length] as SftpSession];
    return openRemoteFile(used, file.ref, file.size);
  }

  digest(file: SourceFile, signal: AbortSignal): Promise<string | undefined> {
    return remoteDigest(this.#link, file.ref, signal);
  }

  async *#item(
    path: string,
    parts: Parts,
    attributes: FileAttributes,
    signal: AbortSignal,
  ): AsyncGenerator<SourceItem, void, void> {
    const { size = 0, modified, mode } = attributes;
    const kind = kindOfMode(mode);
    if (kind === 'file') {
      yield { kind, parts, ref: path, size, modified, mode: mode && mode & 0o777 };
    } else if (kind === 'folder') {
      yield { kind, parts, modified, mode: mode && mode & 0o777 };
      yield* this.#children(path, parts, signal);
    } else yield leftOut(path, 'It is neither a file nor a folder.');
  }

  async *#children(path: string, parts: Parts, signal: AbortSignal): AsyncGenerator<SourceItem, void, void> {
    if (parts.length > maxDepth) {
      yield leftOut(path, 'It is too deep inside other folders.');
      return;
    }
    const folders: { path: string; parts: Parts; attributes: FileAttributes }[] = [];
    try {
      const session = await this.#link.session(signal);
      for await (const batch of session.list(remoteBytes(path), 8)) {
        signal.throwIfAborted();
        for (const { name, attributes } of batch) {
          const text = decodeRemoteName(name);
          const inner = joinRemote(path, text);
          if (!isPlainName(text)) {
            yield leftOut(inner, 'The server gave a name that leads elsewhere.');
            continue;
          }
          const below = [...parts, text];
          const kind = kindOfMode(attributes.mode);
          if (kind === 'folder') folders.push({ path: inner, parts: below, attributes });
          else if (kind === 'link') yield* this.#linked(session, inner, below, signal);
          else if (kind === 'unknown')
            yield* this.#item(inner, below, await session.stat(remoteBytes(inner)), signal);
          else yield* this.#item(inner, below, attributes, signal);
        }
      }
    } catch (error) {
      if (signal.aborted) throw error;
      yield problem(path, error);
    }
    for (const folder of folders) yield* this.#item(folder.path, folder.parts, folder.attributes, signal);
  }

  /** What a link to a file leads to is copied; links to folders could lead round in circles. */
  async *#linked(
    session: SftpSession,
    path: string,
    parts: Parts,
    signal: AbortSignal,
  ): AsyncGenerator<SourceItem, void, void> {
    let there: FileAttributes;
    try {
      there = await session.stat(remoteBytes(path));
    } catch (error) {
      if (isAppError(error, 'file-not-found', 'file-failed', 'file-permission-denied'))
        yield leftOut(path, 'It is a link that leads nowhere.');
      else yield problem(path, error);
      return;
    }
    if (kindOfMode(there.mode) === 'folder') yield leftOut(path, 'It is a link to a folder.');
    else yield* this.#item(path, parts, there, signal);
  }
}

/** Reads of one file, spread over several channels. */
export async function openRemoteFile(
  sessions: readonly SftpSession[],
  path: string,
  size: number,
): Promise<FileReader> {
  const [first] = sessions;
  if (!first) throw new AppError('connection-lost', 'The connection to the server was lost.');
  const worth = Math.min(sessions.length, Math.max(1, Math.ceil(size / (1 << 20))));
  const opened = await Promise.all(
    sessions.slice(0, worth).map(async (session) => ({
      session,
      handle: await session.open(remoteBytes(path), openFlags.read),
    })),
  );
  let turn = 0;
  return {
    blockBytes: blockOf(first),
    async read(offset, length) {
      turn += 1;
      const way = opened[turn % opened.length] ?? opened[0];
      return way?.session.read(way.handle, offset, length);
    },
    async facts(): Promise<FileFacts> {
      const handle = opened[0]?.handle ?? new Uint8Array(0);
      const { attributes } = await first.expect('attrs', { type: 'fstat', handle }, 'look at the file');
      return { size: attributes.size ?? size, modified: attributes.modified };
    },
    async close() {
      await Promise.allSettled(opened.map(({ session, handle }) => session.close(handle)));
    },
  };
}

/** OpenSSH tells that it takes large requests; what others take is not known. */
export function blockOf(session: SftpSession): number {
  return session.knows('limits@openssh.com') ? 4 * blockBytes : blockBytes;
}

/** A lost connection ends the walk; anything else is told, and the walk goes on. */
function problem(path: string, error: unknown): SourceItem {
  if (!isAppError(error, 'file-not-found', 'file-permission-denied', 'file-failed', 'unsupported'))
    throw error;
  return { kind: 'problem', problem: { path: path.slice(0, 16_000), error: toErrorInfo(error) } };
}

function leftOut(path: string, reason: string): SourceItem {
  const what = `${displayRemoteName(path).slice(-300)} was left out.`;
  return problem(path, new AppError('unsupported', what, { reason }));
}
