import { mkdtempSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { get, type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../app/app.ts';
import { createApp } from '../app/create-app.ts';
import { makeHost } from '../testing/host.ts';
import { LoopbackServer } from './loopback-server.ts';
import { createFileSecretBox } from './secret-box.ts';

let app: App;
let server: LoopbackServer;
let address: URL;
let cookie = '';
const folder = mkdtempSync(join(tmpdir(), 'porthole-page-'));

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: address.port, path, method, headers: { host: address.host, ...headers } },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html>the page');
  writeFileSync(join(folder, 'secret.txt'), 'not served');
  app = createApp(makeHost(), { version: '0.0.0' });
  server = new LoopbackServer({ app: Promise.resolve(app), pageFolder: folder, port: 0 });
  address = new URL(await server.listen());
});
afterAll(async () => {
  await server.close();
  await app.dispose();
});

describe('the loopback server', () => {
  it('refuses everything before the token was exchanged', async () => {
    expect((await ask('/')).status).toBe(403);
    expect((await ask('/?token=wrong')).status).toBe(403);
    expect((await ask('/index.html', { cookie: 'porthole=guess' })).status).toBe(403);
  });

  it('has a token of 256 bits, exchanges it once for a strict cookie, and never again', async () => {
    expect(Buffer.from(address.searchParams.get('token') ?? '', 'base64url')).toHaveLength(32);
    const first = await ask(`/${address.search}`);
    expect(first.status).toBe(200);
    const set = first.headers['set-cookie']?.[0] ?? '';
    expect(set).toMatch(/HttpOnly; SameSite=Strict/);
    cookie = set.split(';')[0] ?? '';
    expect((await ask(`/${address.search}`)).status).toBe(403);
    expect((await ask('/', { cookie })).body).toContain('the page');
  });

  it('answers with the policy of the window', async () => {
    const { headers } = await ask('/', { cookie });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ws://${address.host}`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('refuses other names and origins, methods, and paths outside the page', async () => {
    expect((await ask('/', { cookie, host: 'evil.example' })).status).toBe(403);
    expect((await ask('/', { cookie, host: `127.0.0.1` })).status).toBe(403);
    expect((await ask('/', { cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask('/', { cookie }, 'POST')).status).toBe(405);
    expect((await ask('/../package.json', { cookie })).status).toBe(404);
    expect((await ask('/%2e%2e/%2e%2e/etc/passwd', { cookie })).status).toBe(404);
    expect((await ask('/secret.txt', { cookie })).status).toBe(404);
    expect((await ask('/%', { cookie })).status).toBe(404);
  });

  const upgrade = (path: string, headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${address.port}${path}`, {
        headers: { host: address.host, ...headers },
      });
      socket.on('open', () => {
        socket.terminate();
        resolve('open');
      });
      socket.on('error', (error) => resolve(error.message));
    });

  it('checks cookie, name and origin of each socket', async () => {
    const origin = `http://${address.host}`;
    const path = '/ws/rpc?client=abcdefgh';
    expect(await upgrade(path, { cookie, origin })).toBe('open');
    expect(await upgrade(path, { origin })).toContain('403');
    expect(await upgrade(path, { cookie })).toContain('403');
    expect(await upgrade(path, { cookie, origin: 'https://evil.example' })).toContain('403');
    expect(await upgrade(path, { cookie, origin, host: 'evil.example' })).toContain('403');
    expect(await upgrade('/ws/other?client=abcdefgh', { cookie, origin })).toContain('404');
    expect(await upgrade('/ws/rpc?client=x', { cookie, origin })).toContain('404');
  });

  it('listens on 127.0.0.1 only', async () => {
    await expect(
      new Promise((_resolve, reject) => get({ host: '127.0.0.2', port: address.port }).on('error', reject)),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the secret box of the loopback host', () => {
  it('opens what it sealed, and nothing that was changed', () => {
    const box = createFileSecretBox(mkdtempSync(join(tmpdir(), 'porthole-box-')));
    const sealed = box.seal('a secret');
    expect(sealed.includes('a secret')).toBe(false);
    expect(box.open(sealed)).toBe('a secret');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => box.open(changed)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    }
  });

  it('refuses a key file that others can read', () => {
    const place = mkdtempSync(join(tmpdir(), 'porthole-box-'));
    createFileSecretBox(place).seal('x');
    expect(statSync(join(place, 'secret.key')).mode & 0o777).toBe(0o600);
    chmodSync(join(place, 'secret.key'), 0o644);
    expect(() => createFileSecretBox(place).seal('x')).toThrow(
      expect.objectContaining({ code: 'secrets-unavailable' }),
    );
  });
});
