import type { ShellId, TabId, TerminalSize, TunnelId } from '../../shared/contract/ids.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { LocalShellService } from '../local-shell/local-shell-service.ts';
import type { ShellService } from '../shells/shell-service.ts';
import type { WorkspaceService } from '../workspace/workspace-service.ts';

export interface CommandRequest {
  /** Name of the tab. */
  readonly title: string;
  /** A command line for the person's login shell; it is shown in the terminal, so no secret may be in it. */
  readonly command: string;
  /** Whose cluster the environment names. */
  readonly accountUri?: AccountUri | undefined;
  readonly tunnelId?: TunnelId | undefined;
  readonly size: TerminalSize;
}

export interface OpenedTerminal {
  readonly shellId: ShellId;
  readonly tabId: TabId;
}

/** Opens terminals of this machine in tabs of their own. */
export class LocalTerminals {
  readonly #local: LocalShellService;
  readonly #shells: ShellService;
  readonly #workspace: WorkspaceService;

  constructor(services: { local: LocalShellService; shells: ShellService; workspace: WorkspaceService }) {
    this.#local = services.local;
    this.#shells = services.shells;
    this.#workspace = services.workspace;
  }

  /** An interactive shell; throws `program-missing`. */
  open(request: {
    accountUri?: AccountUri | undefined;
    program?: string | undefined;
    /** Name of the tab, instead of the shell's. */
    title?: string | undefined;
    /** The tunnel that it belongs to. */
    tunnelId?: TunnelId | undefined;
    size: TerminalSize;
  }): OpenedTerminal {
    return this.#show(this.#shells.openLocal(request));
  }

  /** Runs a command line; the tab ends with its exit code and starts it again on request. */
  runCommand(request: CommandRequest): OpenedTerminal {
    const { title, command, tunnelId, accountUri, size } = request;
    const target = this.#local.commandTarget({ title, command, ...(tunnelId ? { tunnelId } : {}) });
    return this.#show(this.#shells.openTarget({ accountUri, target, size }));
  }

  #show(shellId: ShellId): OpenedTerminal {
    return { shellId, tabId: this.#workspace.openShellTab(shellId, '') };
  }
}
