import { AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { decodeRemoteName, displayRemoteName } from '../../../shared/files/remote-name.ts';
import type { SftpSession } from '../../protocol/client/sftp-session.ts';
import { kindOfMode } from '../../protocol/codec/sftp/attributes.ts';
import { openFlags } from '../../protocol/codec/sftp/packets.ts';
import { sshString } from '../../protocol/codec/ssh/wire.ts';
import { joinRemote, remoteBytes } from '../remote-path.ts';
import type { ServerLink } from '../server-link.ts';
import type { Existing, FileFacts, FileWriter, OpenOptions, Parts, Sink, SourceFolder } from './ends.ts';
import { asDiskFull } from './server-space.ts';
import { blockOf, openRemoteFile } from './sftp-source.ts';
import { remoteDigest } from './remote-digest.ts';

const posixRename = 'posix-rename@openssh.com';

/** A folder of a server. */
export class SftpSink implements Sink {
  readonly #link: ServerLink;
  readonly #root: string;
  #turn = 0;

  constructor(link: ServerLink, root: string) {
    this.#link = link;
    this.#root = root;
  }

  key(parts: Parts): string {
    return `${this.#link.place.serverUri}:${this.#path(parts)}`;
  }

  display(parts: Parts): string {
    return displayRemoteName(this.#path(parts));
  }

  async stat(parts: Parts): Promise<Existing | undefined> {
    const session = await this.#link.session();
    try {
      const { mode, size, modified } = await session.lstat(remoteBytes(this.#path(parts)));
      return { kind: kindOfMode(mode), size, modified };
    } catch (error) {
      if (isAppError(error, 'file-not-found')) return undefined;
      throw error;
    }
  }

  async makeFolder(parts: Parts): Promise<boolean> {
    const path = this.#path(parts);
    const session = await this.#link.session();
    const request = { type: 'mkdir', path: remoteBytes(path), attributes: { mode: 0o700 } } as const;
    try {
      await session.run(request, `make the folder ${displayRemoteName(path)}`);
      return true;
    } catch (error) {
      if (!session.isOpen) throw error;
      const there = await session.stat(remoteBytes(path)).catch(() => undefined);
      if (kindOfMode(there?.mode) === 'folder') return false;
      throw await asDiskFull(session, this.#root, error);
    }
  }

  async finishFolder({ parts, mode, modified }: SourceFolder): Promise<void> {
    const session = await this.#link.session();
    const attributes = { mode: mode === undefined ? undefined : mode & 0o777, modified };
    const path = remoteBytes(this.#path(parts));
    await session
      .run({ type: 'setstat', path, attributes }, 'keep the time of the folder')
      .catch(onlyFileErrors);
  }

  async open(parts: Parts, options: OpenOptions, signal: AbortSignal): Promise<FileWriter> {
    const sessions = await this.#link.sessions(Math.max(options.channels, 2), signal);
    this.#turn += 1;
    const used = options.channels > 1 ? sessions : [sessions[this.#turn % sessions.length] as SftpSession];
    const paths = {
      root: this.#root,
      target: this.#path(parts),
      temporary: this.#path([...parts.slice(0, -1), options.temporaryName]),
    };
    return RemoteWriter.open(used, paths, options.continues);
  }

  async cleanUp(folder: Parts, prefix: string): Promise<void> {
    const session = await this.#link.session();
    const path = this.#path(folder);
    try {
      for await (const batch of session.list(remoteBytes(path))) {
        for (const { name } of batch) {
          const text = decodeRemoteName(name);
          if (text.startsWith(prefix)) await removeRemote(session, joinRemote(path, text));
        }
      }
    } catch (error) {
      onlyFileErrors(error);
    }
  }

  digest(parts: Parts, signal: AbortSignal): Promise<string | undefined> {
    return remoteDigest(this.#link, this.#path(parts), signal);
  }

  async reader(parts: Parts) {
    return openRemoteFile([await this.#link.session()], this.#path(parts), 0);
  }

  #path(parts: Parts): string {
    return parts.reduce(joinRemote, this.#root);
  }
}

interface WriterPaths {
  readonly root: string;
  readonly target: string;
  readonly temporary: string;
}

interface Way {
  readonly session: SftpSession;
  readonly handle: Uint8Array;
}

/** Writes of one file, spread over several channels. */
class RemoteWriter implements FileWriter {
  readonly size: number;
  readonly blockBytes: number;
  readonly #ways: readonly [Way, ...Way[]];
  readonly #paths: WriterPaths;
  #turn = 0;

  private constructor(ways: readonly [Way, ...Way[]], paths: WriterPaths, size: number) {
    this.#ways = ways;
    this.#paths = paths;
    this.size = size;
    this.blockBytes = blockOf(ways[0].session);
  }

  static async open(
    sessions: readonly SftpSession[],
    paths: WriterPaths,
    continues: boolean,
  ): Promise<RemoteWriter> {
    const [session, ...others] = sessions;
    if (!session) throw new AppError('connection-lost', 'The connection to the server was lost.');
    const { read, write, create, truncate } = openFlags;
    const path = remoteBytes(paths.temporary);
    const what = `write ${displayRemoteName(paths.target)}`;
    const request = {
      type: 'open',
      path,
      flags: read | write | create | (continues ? 0 : truncate),
    } as const;
    try {
      const { handle } = await session.expect('handle', { ...request, attributes: { mode: 0o600 } }, what);
      const more = await Promise.all(
        others.map(async (other) => ({ session: other, handle: await other.open(path, read | write) })),
      );
      let size = 0;
      if (continues) {
        const { attributes } = await session.expect('attrs', { type: 'fstat', handle }, what);
        size = attributes.size ?? 0;
      }
      return new RemoteWriter([{ session, handle }, ...more], paths, size);
    } catch (error) {
      throw await asDiskFull(session, paths.root, error);
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    this.#turn += 1;
    const way = this.#ways[this.#turn % this.#ways.length] ?? this.#ways[0];
    const { session, handle } = way;
    try {
      await session.expect('status', { type: 'write', handle, offset, data }, this.#what);
    } catch (error) {
      throw await asDiskFull(session, this.#paths.root, error);
    }
  }

  read(offset: number, length: number): Promise<Uint8Array | undefined> {
    const [{ session, handle }] = this.#ways;
    return session.read(handle, offset, length);
  }

  async finish(facts: FileFacts, { replaces }: { readonly replaces: boolean }): Promise<void> {
    const { session, handle } = this.#ways[0];
    const { mode, modified, size } = facts;
    // The size cuts off what an earlier, longer attempt has left.
    const attributes = {
      ...(this.size > size ? { size } : {}),
      mode: mode === undefined ? undefined : mode & 0o777,
      modified,
    };
    const set = session.run({ type: 'fsetstat', handle, attributes }, 'keep its time').catch(onlyFileErrors);
    try {
      await Promise.all([set, ...this.#ways.map((way) => way.session.close(way.handle))]);
    } catch (error) {
      throw await asDiskFull(session, this.#paths.root, error);
    }
    await this.#rename(replaces);
  }

  async keep(): Promise<void> {
    await Promise.allSettled(this.#ways.map(({ session, handle }) => session.close(handle)));
  }

  async discard(): Promise<void> {
    await this.keep();
    await removeRemote(this.#ways[0].session, this.#paths.temporary);
  }

  get #what(): string {
    return `write ${displayRemoteName(this.#paths.target)}`;
  }

  async #rename(replaces: boolean): Promise<void> {
    const { session } = this.#ways[0];
    const [from, to] = [remoteBytes(this.#paths.temporary), remoteBytes(this.#paths.target)];
    if (replaces && session.knows(posixRename)) {
      const data = Buffer.concat([sshString(from), sshString(to)]);
      await session.run({ type: 'extended', name: posixRename, data }, this.#what);
      return;
    }
    // A plain rename does not go over something (draft-ietf-secsh-filexfer-02, 6.5).
    if (replaces) await removeRemote(session, this.#paths.target);
    await session.run({ type: 'rename', from, to }, this.#what);
  }
}

async function removeRemote(session: SftpSession, path: string): Promise<void> {
  const request = { type: 'remove', path: remoteBytes(path) } as const;
  await session.run(request, `remove ${displayRemoteName(path)}`).catch(onlyFileErrors);
}

/** What a file cannot have, such as an owner's mode on a foreign disk, is no reason to give it up. */
function onlyFileErrors(error: unknown): void {
  if (!isAppError(error, 'file-not-found', 'file-permission-denied', 'file-failed', 'unsupported'))
    throw error;
}
