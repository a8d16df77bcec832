import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { readdir, readFile, readlink } from 'node:fs/promises';

export interface PortHolder {
  readonly program: string;
  readonly pid: number;
}

const listenState = '0A';
const toolTimeoutMs = 3_000;

/** The program that listens on a port of this machine, as far as this account may see it. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  try {
    if (process.platform === 'linux') return await findOnLinux(port);
    if (process.platform === 'win32') return await findOnWindows(port);
    return await findWithLsof(port);
  } catch {
    return undefined;
  }
}

async function findOnLinux(port: number): Promise<PortHolder | undefined> {
  const inodes = new Set(
    [...(await socketInodes('/proc/net/tcp', port)), ...(await socketInodes('/proc/net/tcp6', port))].map(
      (inode) => `socket:[${inode}]`,
    ),
  );
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    // Other accounts' programs, and those that ended meanwhile, cannot be read.
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      const link = await readlink(`${folder}/${name}`).catch(() => '');
      if (inodes.has(link)) return { pid: Number(pid), program: await linuxName(pid) };
    }
  }
  return undefined;
}

async function socketInodes(table: string, port: number): Promise<string[]> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === listenState)
    .map((fields) => fields[9] ?? '')
    .filter((inode) => inode !== '' && inode !== '0');
}

/** The file that runs, because the name of a process may be that of a thread. */
async function linuxName(pid: string): Promise<string> {
  const path = (await readlink(`/proc/${pid}/exe`).catch(() => '')).replace(/ \(deleted\)$/, '');
  if (path !== '') return basename(path);
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() || 'another program';
}

async function findWithLsof(port: number): Promise<PortHolder | undefined> {
  const text = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const program = /^c(.+)$/m.exec(text)?.[1];
  return pid && program ? { pid: Number(pid), program } : undefined;
}

async function findOnWindows(port: number): Promise<PortHolder | undefined> {
  const table = await run('netstat', ['-ano', '-p', 'TCP']);
  const line = table.split('\n').find((row) => new RegExp(`:${port}\\s+\\S+:0\\s+LISTENING`, 'i').test(row));
  const pid = line && /(\d+)\s*$/.exec(line)?.[1];
  if (!pid) return undefined;
  const task = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
  return { pid: Number(pid), program: /^"([^"]+)"/.exec(task)?.[1] ?? 'another program' };
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { timeout: toolTimeoutMs, windowsHide: true }, (error, stdout) =>
      error && stdout === '' ? reject(error) : resolve(stdout),
    );
  });
}
