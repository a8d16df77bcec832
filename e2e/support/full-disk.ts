import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FullFolder {
  readonly path: string;
  cleanUp(): void;
}

/**
 * A copy of a folder in which nothing can be written: a file system without room where this account may make one, else a folder
 * without the permission. Undefined where neither is possible.
 */
export function makeFullFolder(from: string): FullFolder | undefined {
  const path = mkdtempSync(join(tmpdir(), 'porthole-full-'));
  if (process.getuid?.() !== 0) {
    cpSync(from, path, { recursive: true });
    chmodSync(path, 0o500);
    return {
      path,
      cleanUp: () => {
        chmodSync(path, 0o700);
        rmSync(path, { recursive: true, force: true });
      },
    };
  }
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', path]);
  if (mounted.status !== 0) return undefined;
  cpSync(from, path, { recursive: true });
  try {
    for (let index = 0; ; index += 1) writeFileSync(join(path, `filler-${index}`), Buffer.alloc(4_096));
  } catch {
    // No room is left: that is what it is for.
  }
  return {
    path,
    cleanUp: () => {
      spawnSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
