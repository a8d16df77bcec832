import { readFileSync, readlinkSync } from 'node:fs';

/** The process group in front of the terminal that a process leads; undefined where the system does not tell. */
export function foregroundGroup(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may hold anything; the fields begin behind its last bracket: state, ppid, pgrp, session, tty, tpgid.
    const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5]);
    return group > 1 ? group : undefined;
  } catch {
    return undefined;
  }
}

/** The working directory of a process, on Linux. */
export function folderOfProcess(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return folder.endsWith(' (deleted)') ? undefined : folder;
  } catch {
    return undefined;
  }
}

/** Signals every process of a group; one that is gone is no failure. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Gone.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
