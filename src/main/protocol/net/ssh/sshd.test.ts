import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatSshCertificateLine, issueSshCertificate, sshForever } from '../../codec/ssh/certificate.ts';
import { parseAuthorizedKey } from '../../codec/ssh/keys.ts';
import type { SshChannel } from './channel.ts';
import { connectSsh } from './client.ts';
import type { SshIdentity } from './identity.ts';
import {
  type CertificateOptions,
  issue,
  type KeyKind,
  keyKinds,
  makeAuthority,
} from './testing/identities.ts';
import { type RunningSshd, startSshd } from './testing/sshd.ts';

const account = userInfo().username;
const hostName = '6f1a2f8e-0000-4000-8000-00000000abcd';
const users = makeAuthority();
const hosts = makeAuthority();
let sshd: RunningSshd;

beforeAll(async () => {
  const { hostKey, hostCertificate } = makeHostKey([hostName]);
  sshd = await startSshd({ userAuthorities: [users.line], hostKey, hostCertificate });
});
afterAll(() => sshd?.stop());

/** A key in the form that sshd reads, made by OpenSSH itself, with our certificate. */
function makeHostKey(principals: string[], options: CertificateOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-key-'));
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const publicKey = parseAuthorizedKey(readFileSync(join(folder, 'key.pub'), 'utf8'));
    const certificate = issueSshCertificate(hosts.key, {
      publicKey,
      role: 'host',
      keyId: '',
      principals,
      validAfter: options.validAfter ?? 0n,
      validBefore: options.validBefore ?? sshForever,
    });
    return {
      hostKey: readFileSync(join(folder, 'key'), 'utf8'),
      hostCertificate: formatSshCertificateLine(certificate),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function login(
  identity: SshIdentity,
  options: { port?: number; username?: string; now?: Date; principals?: string[] } = {},
) {
  return connectSsh({
    stream: connect(options.port ?? sshd.port, '127.0.0.1'),
    username: options.username ?? account,
    identity,
    host: { name: 'the host', authorities: [hosts.blob], principals: options.principals ?? [hostName] },
    ...(options.now ? { now: () => options.now ?? new Date() } : {}),
  });
}

async function outputOf(channel: SshChannel): Promise<string> {
  let text = '';
  channel.onData((chunk) => {
    text += chunk.toString('utf8');
  });
  channel.resume();
  await channel.ended;
  return text;
}

const certified = (kind: KeyKind = 'ed25519', options: CertificateOptions = {}) =>
  issue(users, kind, { principals: [account], ...options });

describe('a real sshd', () => {
  it.each(keyKinds)('takes a certificate for a %s key, and runs a command', async (kind) => {
    const connection = await login(certified(kind));
    const channel = await connection.exec('echo "$0" is here; exit 9');
    expect(await outputOf(channel)).toMatch(/is here/);
    expect(await channel.ended).toEqual({ kind: 'exited', code: 9 });
    connection.dispose();
  });

  it('gives a shell with the size that was asked for, and follows a new one', async () => {
    const connection = await login(certified());
    const shell = await connection.openShell({ term: 'xterm-256color', cols: 90, rows: 33 });
    let text = '';
    shell.onData((chunk) => {
      text += chunk.toString('utf8');
    });
    shell.resume();
    shell.write(Buffer.from('stty size; echo term is $TERM\n'));
    await expect.poll(() => text).toMatch(/33 90[\s\S]*term is xterm-256color/);
    shell.resize({ cols: 120, rows: 40 });
    shell.write(Buffer.from('stty size; exit 3\n'));
    expect(await shell.ended).toEqual({ kind: 'exited', code: 3 });
    expect(text).toMatch(/40 120/);
    connection.dispose();
  });

  it('sends 64 MiB without loss, and stops while the reader does', async () => {
    const connection = await login(certified());
    const channel = await connection.exec('head -c 67108864 /dev/zero | tr "\\0" x');
    let size = 0;
    let paused = false;
    channel.onData((chunk) => {
      size += chunk.length;
      if (!paused && size > 1 << 20) {
        paused = true;
        channel.pause();
        setTimeout(() => channel.resume(), 300);
      }
    });
    channel.resume();
    expect(await channel.ended).toEqual({ kind: 'exited', code: 0 });
    expect(size).toBe(67_108_864);
    connection.dispose();
  });

  it('takes what is written, up to the end of input', async () => {
    const connection = await login(certified());
    const channel = await connection.exec('wc -c');
    const sink = outputOf(channel);
    channel.write(Buffer.alloc(5_000_000, 1));
    channel.endInput();
    expect((await sink).trim()).toBe('5000000');
    connection.dispose();
  });

  it('tells a signal', async () => {
    const connection = await login(certified());
    const channel = await connection.exec('kill -TERM $$');
    channel.resume();
    expect(await channel.ended).toEqual({ kind: 'signalled', signal: 'SIGTERM' });
    connection.dispose();
  });

  it('goes on after new keys were exchanged', async () => {
    const { hostKey, hostCertificate } = makeHostKey([hostName]);
    const often = await startSshd({
      userAuthorities: [users.line],
      hostKey,
      hostCertificate,
      config: ['RekeyLimit 1M'],
    });
    const connection = await login(certified(), { port: often.port });
    const channel = await connection.exec('head -c 8388608 /dev/zero');
    let size = 0;
    channel.onData((chunk) => {
      size += chunk.length;
    });
    channel.resume();
    await channel.ended;
    expect(size).toBe(8_388_608);
    connection.dispose();
    await often.stop();
  });

  it('refuses a wrong principal, an expired certificate and an unknown authority', async () => {
    for (const identity of [
      certified('ed25519', { principals: ['somebody-else'] }),
      certified('ed25519', { validBefore: 1_000n }),
      issue(makeAuthority(), 'ed25519', { principals: [account] }),
    ]) {
      await expect(login(identity)).rejects.toMatchObject({ code: 'login-refused' });
    }
  });

  it('is refused when its certificate is for another host, expired, or of another authority', async () => {
    await expect(login(certified(), { principals: ['other-host'] })).rejects.toMatchObject({
      code: 'host-untrusted',
      reason: expect.stringContaining('another host'),
    });
    await expect(login(certified(), { now: new Date(0) })).resolves.toBeDefined();
    const old = makeHostKey([hostName], { validBefore: 1_000n });
    const expired = await startSshd({ userAuthorities: [users.line], ...old });
    await expect(login(certified(), { port: expired.port })).rejects.toMatchObject({
      code: 'host-untrusted',
      reason: expect.stringContaining('expired'),
    });
    await expired.stop();
  });

  it('is refused without a certificate, although its key is good', async () => {
    const { hostKey } = makeHostKey([hostName]);
    const plain = await startSshd({ userAuthorities: [users.line], hostKey });
    await expect(login(certified(), { port: plain.port })).rejects.toMatchObject({ code: 'host-untrusted' });
    await plain.stop();
  });

  it('that dies ends the channel with a reason', async () => {
    const { hostKey, hostCertificate } = makeHostKey([hostName]);
    const doomed = await startSshd({ userAuthorities: [users.line], hostKey, hostCertificate });
    const connection = await login(certified(), { port: doomed.port });
    const channel = await connection.exec('sleep 60');
    channel.resume();
    // The session runs in a child of its own: end that.
    execFileSync('pkill', ['-KILL', '-P', String(doomed.pid)]);
    expect(await channel.ended).toMatchObject({ kind: 'lost', error: { code: 'connection-lost' } });
    await doomed.stop();
  });
});

describe('a connection', () => {
  it('to something that is no SSH server fails in time', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(login(certified(), { port })).rejects.toMatchObject({ code: 'connection-lost' });
    server.close();
  });

  it('with a key that does not fit its certificate is refused before anything is sent', async () => {
    const mixed = { ...certified(), privateKey: generateKeyPairSync('ed25519').privateKey };
    await expect(login(mixed)).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
