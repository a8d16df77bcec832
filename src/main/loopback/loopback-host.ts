import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Host, JsonStore } from '../host/host.ts';
import { createBrowserAuthenticator } from './browser-authenticator.ts';
import { createFileSecretBox } from './secret-box.ts';

export function createLoopbackHost(dataFolder: string): Host {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') chmodSync(dataFolder, 0o700);
  return {
    kind: 'loopback',
    platform: process.platform,
    dataFolder,
    secrets: createFileSecretBox(dataFolder),
    openStore: (name) => openConf(dataFolder, name),
    openExternal,
    authenticator: createBrowserAuthenticator({ dataFolder }),
    // The page tells it; a browser window has no notices of the system without being asked for.
    notify: () => undefined,
  };
}

/** `conf` is the library below electron-store: both hosts write the same files. */
function openConf(folder: string, name: string): JsonStore {
  const path = join(folder, `${name}.json`);
  const open = () =>
    new Conf<Record<string, unknown>>({
      cwd: folder,
      configName: name,
      projectName: 'porthole',
      clearInvalidConfig: false,
    });
  return {
    path,
    read() {
      if (!existsSync(path)) return undefined;
      try {
        return open().store;
      } catch (cause) {
        throw new AppError('store-damaged', `The file ${path} cannot be read.`, { cause });
      }
    },
    write(value) {
      let conf: Conf<Record<string, unknown>>;
      try {
        conf = open();
      } catch {
        // The damaged file was put aside; begin anew.
        conf = new Conf({ cwd: folder, configName: name, projectName: 'porthole', clearInvalidConfig: true });
      }
      conf.store = value;
    },
  };
}

function openExternal(url: string): Promise<void> {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['explorer', [url]]
        : ['xdg-open', [url]];
  return new Promise((resolve, reject) => {
    const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true });
    child.once('error', (cause) =>
      reject(
        new AppError('unsupported', 'No browser could be started.', {
          advice: `Open the address yourself: ${url}`,
          cause,
        }),
      ),
    );
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
