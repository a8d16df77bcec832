import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, delimiter, isAbsolute, join } from 'node:path';

/** A shell that can be chosen. */
export interface ShellProgram {
  readonly name: string;
  /** Absolute path. */
  readonly program: string;
}

const unixNames = ['bash', 'zsh', 'fish', 'nu', 'pwsh', 'elvish', 'xonsh', 'ksh', 'tcsh', 'dash', 'sh'];
const windowsNames = ['pwsh.exe', 'powershell.exe', 'cmd.exe', 'bash.exe', 'nu.exe'];
/** In `/etc/shells`, but no shells that one works in. */
const notShells = new Set(['tmux', 'screen', 'nologin', 'false', 'rbash', 'git-shell']);
const maxPrograms = 50;

/** The shells of this machine, the login shell first; the same program is named once. */
export function findShellPrograms(environment: NodeJS.ProcessEnv = process.env): ShellProgram[] {
  const candidates =
    process.platform === 'win32'
      ? onPath(windowsNames, environment)
      : [...loginShells(environment), ...listedShells(), ...onPath(unixNames, environment)];
  const byTarget = new Map<string, string>();
  for (const path of candidates) {
    const key = isRunnable(path) ? `${realpathSync(path)}\0${basename(path)}` : '';
    if (key !== '' && !byTarget.has(key)) byTarget.set(key, path);
  }
  const paths = [...byTarget.values()].slice(0, maxPrograms);
  const names = paths.map((path) => basename(path).replace(/\.exe$/i, ''));
  return paths.map((program, index) => {
    const name = names[index] ?? program;
    const isAmbiguous = names.filter((other) => other === name).length > 1;
    return { name: isAmbiguous ? `${name} (${program})` : name, program };
  });
}

/** Where a program of this name is on `PATH`; undefined when it is not there. */
export function findOnPath(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return onPath([name], environment).find(isRunnable);
}

function loginShells(environment: NodeJS.ProcessEnv): string[] {
  return [accountShell(), environment['SHELL'] ?? ''].filter((path) => isAbsolute(path));
}

function accountShell(): string {
  try {
    return userInfo().shell ?? '';
  } catch {
    // An account without an entry in the user database, as in containers.
    return '';
  }
}

function listedShells(): string[] {
  try {
    const lines = readFileSync('/etc/shells', 'utf8').split('\n');
    const paths = lines.map((line) => line.replace(/#.*/, '').trim()).filter((path) => isAbsolute(path));
    return paths.filter((path) => !notShells.has(basename(path)));
  } catch {
    return [];
  }
}

function onPath(names: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(isAbsolute);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
