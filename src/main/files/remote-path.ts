import { encodeRemoteName } from '../../shared/files/remote-name.ts';

/** Paths of servers as lossless texts; `/` separates, whatever this machine does. */
export function joinRemote(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

export function parentOf(path: string): string {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const at = trimmed.lastIndexOf('/');
  return at <= 0 ? '/' : trimmed.slice(0, at);
}

export function baseOf(path: string): string {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Whether a name stays in the folder that it is put into. A server may send anything in a listing. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}

/** `~` and `~/x` begin in the home folder: servers do not expand them (ssh.md 2.1). */
export function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  return path.startsWith('~/') ? joinRemote(home, path.slice(2)) : path;
}

export function remoteBytes(path: string): Uint8Array {
  return encodeRemoteName(path);
}
