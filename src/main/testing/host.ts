import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoopbackHost } from '../loopback/loopback-host.ts';
import type { Host } from '../host/host.ts';

/** The loopback host on a folder of its own: real files, real sealing. */
export function makeHost(folder = mkdtempSync(join(tmpdir(), 'porthole-host-'))): Host {
  return createLoopbackHost(folder);
}
