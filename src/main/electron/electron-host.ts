import { existsSync, mkdirSync } from 'node:fs';
import { app, BrowserWindow, dialog, Notification, safeStorage, shell } from 'electron';
import Store from 'electron-store';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Host, HostFiles, HostNotice, JsonStore, SecretBox } from '../host/host.ts';
import { createWindowAuthenticator } from './authenticator-window.ts';

/** Electron's part of the core: the system's key store, settings, and its browser. */
export function createElectronHost(): Host {
  const dataFolder = app.getPath('userData');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  return {
    kind: 'electron',
    platform: process.platform,
    dataFolder,
    secrets: createSafeStorageBox(),
    openStore: (name) => openStore(dataFolder, name),
    openExternal: (url) => shell.openExternal(url),
    authenticator: createWindowAuthenticator(),
    notify: showNotice,
    files: hostFiles,
    zoom: zoomWindows,
  };
}

/** The page in every window, also in those that open later. */
function zoomWindows(factor: number): void {
  zoomFactor = factor;
  for (const window of BrowserWindow.getAllWindows()) zoomWindow(window);
}

export function zoomWindow(window: BrowserWindow): void {
  window.webContents.setZoomFactor(zoomFactor);
}

let zoomFactor = 1;

const hostFiles: HostFiles = {
  async choose(what) {
    const [window] = BrowserWindow.getAllWindows();
    const options: Electron.OpenDialogOptions =
      what === 'files'
        ? { properties: ['openFile', 'multiSelections'], buttonLabel: 'Upload' }
        : what === 'folder'
          ? { properties: ['openDirectory', 'multiSelections'], buttonLabel: 'Upload' }
          : { properties: ['openDirectory', 'createDirectory'], buttonLabel: 'Download here' };
    const chosen = window
      ? await dialog.showOpenDialog(window, options)
      : await dialog.showOpenDialog(options);
    return chosen.canceled ? [] : chosen.filePaths;
  },
  async reveal(path) {
    const failure = await shell.openPath(path);
    if (failure !== '')
      throw new AppError('file-failed', 'The folder could not be shown.', { reason: failure });
  },
};

/** A click brings the app to the front; the page has the same notice with what can be done about it. */
function showNotice(notice: HostNotice): void {
  if (!Notification.isSupported()) return;
  const shown = new Notification({ title: notice.title, body: notice.body });
  shown.on('click', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  shown.show();
}

/** On Linux without a key store Electron would only hide secrets under a fixed key: then nothing is sealed at all. */
function createSafeStorageBox(): SecretBox {
  const check = () => {
    const isWeak = process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
    if (safeStorage.isEncryptionAvailable() && !isWeak) return;
    throw new AppError('secrets-unavailable', "The system's key store cannot be used.", {
      reason: 'Without it sign-ins cannot be kept on this machine.',
      advice: 'Unlock or install a key store such as GNOME Keyring or KWallet, then sign in again.',
    });
  };
  return {
    seal(text) {
      check();
      return safeStorage.encryptString(text);
    },
    open(sealed) {
      check();
      try {
        return safeStorage.decryptString(sealed);
      } catch (cause) {
        throw new AppError('store-damaged', 'A stored secret cannot be opened.', {
          advice: 'Sign in again.',
          action: 'sign-in',
          cause,
        });
      }
    },
  };
}

function openStore(folder: string, name: string): JsonStore {
  const open = (clearInvalidConfig: boolean) =>
    new Store<Record<string, unknown>>({ cwd: folder, name, clearInvalidConfig });
  const path = `${folder}/${name}.json`;
  return {
    path,
    read() {
      if (!existsSync(path)) return undefined;
      try {
        return open(false).store;
      } catch (cause) {
        throw new AppError('store-damaged', `The file ${path} cannot be read.`, { cause });
      }
    },
    write(value) {
      try {
        open(false).store = value;
      } catch {
        // The damaged file was put aside; begin anew.
        open(true).store = value;
      }
    },
  };
}
