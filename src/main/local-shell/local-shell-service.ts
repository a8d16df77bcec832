import { statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { ShellId, TerminalSize } from '../../shared/contract/ids.ts';
import type { ShellTarget } from '../../shared/contract/shells.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';
import { shellEnvironment } from './environment.ts';
import { LocalTerminal } from './local-terminal.ts';
import { findShellPrograms, type ShellProgram } from './programs.ts';
import { bashFile, keptKubeconfig, startedCommand, startedShell } from './start-forms.ts';

export type LocalTarget = Extract<ShellTarget, { kind: 'local' }>;

export interface LocalShellOptions {
  readonly store: JsonStore;
  readonly log: Logger;
  /** What the account's cluster adds to the environment: `TELEPORT_PROXY`, `TELEPORT_CLUSTER`, `KUBECONFIG`. */
  readonly environmentOf: (
    account: AccountUri,
    tunnelId: string | undefined,
  ) => Readonly<Record<string, string>>;
  /** The person's own environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

const Remembered = z.object({
  format: z.literal(1),
  program: z.string().max(4_096).optional(),
  folder: z.string().max(20_000).optional(),
});

/** Starts shells of this machine; keeps the choice of shell and the last folder for the next one. */
export class LocalShellService {
  readonly #options: LocalShellOptions;
  readonly #running = new Map<ShellId, LocalTerminal>();
  readonly #folders = new Map<ShellId, string>();
  #remembered: { readonly program?: string | undefined; readonly folder?: string | undefined };

  constructor(options: LocalShellOptions) {
    this.#options = options;
    this.#remembered = this.#load();
  }

  /** The shells that can be chosen, the login shell first. */
  programs(): ShellProgram[] {
    return findShellPrograms(this.#environment);
  }

  /** An interactive shell: the given program, or the one of last time, or the login shell, in the folder of last time. */
  target(program: string | undefined): LocalTarget {
    const programs = this.programs();
    const wanted = program ?? this.#remembered.program;
    const chosen = programs.find((candidate) => candidate.program === wanted);
    if (program !== undefined && !chosen) {
      throw new AppError('program-missing', `${program} is not one of the shells of this machine.`, {
        advice: 'Choose one of the list.',
      });
    }
    const found = chosen ?? programs[0];
    if (!found) throw noShell();
    if (program !== undefined) this.#remember({ program });
    return {
      kind: 'local',
      title: basename(found.program),
      program: found.program,
      folder: this.#remembered.folder ?? '',
      command: '',
    };
  }

  /** A command line that runs through the login shell, in the home folder, and ends with its exit code. */
  commandTarget(command: { title: string; command: string; tunnelId?: string | undefined }): LocalTarget {
    const [login] = this.programs();
    if (!login) throw noShell();
    return { kind: 'local', folder: '', program: login.program, ...command };
  }

  start(request: {
    shellId: ShellId;
    target: LocalTarget;
    accountUri: AccountUri | undefined;
    size: TerminalSize;
  }): LocalTerminal {
    const { shellId, target, accountUri } = request;
    const added = accountUri ? this.#options.environmentOf(accountUri, target.tunnelId) : {};
    const kubeconfig = added['KUBECONFIG'];
    const form =
      target.command === ''
        ? startedShell(target.program, kubeconfig === undefined ? undefined : this.#bashFile())
        : startedCommand(target.program, target.command);
    const terminal = new LocalTerminal({
      program: target.program,
      arguments: form.arguments,
      ...(form.greeting ? { greeting: form.greeting } : {}),
      folder: [this.#folders.get(shellId), target.folder].find(isFolder) ?? homeFolder(),
      environment: shellEnvironment(this.#environment, {
        ...added,
        ...(kubeconfig === undefined ? {} : { [keptKubeconfig]: kubeconfig }),
      }),
      size: request.size,
    });
    this.#running.set(shellId, terminal);
    void terminal.ended.then(() => {
      this.#noteFolder(shellId, target, terminal.folder);
      if (this.#running.get(shellId) === terminal) this.#running.delete(shellId);
    });
    return terminal;
  }

  folderOf(shellId: ShellId): string | undefined {
    return this.#running.get(shellId)?.folder ?? this.#folders.get(shellId);
  }

  forget(shellId: ShellId): void {
    this.#folders.delete(shellId);
  }

  /** Ends what still runs, and settles when nothing is left. */
  async dispose(): Promise<void> {
    const running = [...this.#running.values()];
    for (const terminal of running) terminal.close();
    await Promise.all(running.map((terminal) => terminal.ended));
  }

  get #environment(): NodeJS.ProcessEnv {
    return this.#options.environment ?? process.env;
  }

  /** A person's own files often set a `KUBECONFIG`, and `kubectl` would then speak to another cluster than the tab says. */
  #bashFile(): string | undefined {
    const path = join(dirname(this.#options.store.path), 'terminal.bashrc');
    try {
      writeFileSync(path, bashFile, { mode: 0o600 });
      return path;
    } catch (error) {
      this.#options.log.error('terminal-file-not-written', error);
      return undefined;
    }
  }

  #noteFolder(shellId: ShellId, target: LocalTarget, folder: string): void {
    this.#folders.set(shellId, folder);
    if (target.command === '') this.#remember({ folder });
  }

  #remember(change: { program?: string; folder?: string }): void {
    const next = { ...this.#remembered, ...change };
    if (next.program === this.#remembered.program && next.folder === this.#remembered.folder) return;
    this.#remembered = next;
    try {
      this.#options.store.write({ format: 1, ...next });
    } catch (error) {
      // A convenience: the shell itself is not held up by it.
      this.#options.log.error('local-shell-not-remembered', error);
    }
  }

  #load(): z.infer<typeof Remembered> | Record<string, never> {
    const { store, log } = this.#options;
    return readStore<z.infer<typeof Remembered> | Record<string, never>>({
      store,
      log,
      name: 'local-shell',
      parse: (raw) => Remembered.parse(raw),
      empty: {},
    });
  }
}

function isFolder(path: string | undefined): path is string {
  try {
    return path !== undefined && path !== '' && statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function homeFolder(): string {
  return [homedir(), '/'].find(isFolder) ?? process.cwd();
}

function noShell(): AppError {
  return new AppError('program-missing', 'No shell was found on this machine.', {
    reason: 'Neither the account, nor /etc/shells, nor PATH names one that can be run.',
    advice: 'Install a shell such as bash.',
  });
}
