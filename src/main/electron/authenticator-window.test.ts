import type { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { electron, resetElectron } from '../testing/electron.ts';
import { createWindowAuthenticator } from './authenticator-window.ts';

vi.mock('electron', () => import('../testing/electron.ts'));

beforeEach(resetElectron);

describe('the window of a security key', () => {
  const site = {
    origin: 'https://proxy.example:3080',
    certificateSha256: 'aaa=',
    publicKeySha256: 'bbb=',
  };
  const request = {
    challenge: new Uint8Array(32),
    timeoutMs: 60_000,
    rpId: 'proxy.example',
    allowCredentials: [],
    userVerification: 'discouraged' as const,
  };
  const answer = { id: 'AQ', client: 'Ag', data: 'Aw', signature: 'BA', user: '', appId: false };

  it('is alone on the origin of the proxy, without preload, and trusts one certificate', async () => {
    electron.script = Promise.resolve(answer);
    const { signal } = new AbortController();
    const assertion = await createWindowAuthenticator().get(request, site, signal);
    expect([...assertion.credentialId, ...assertion.signature]).toEqual([1, 4]);
    const [window] = electron.windows;
    expect(window?.url).toBe('https://proxy.example:3080/webapi/ping');
    const preferences = window?.options.webPreferences ?? {};
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    expect(preferences['preload']).toBeUndefined();
    expect(String(preferences['partition'])).not.toMatch(/^persist:/);
    const contents = window?.webContents as unknown as EventEmitter & {
      openHandler: () => { action: string };
      session: {
        verify: (request: object, done: (result: number) => void) => void;
      };
    };
    expect(contents.openHandler()).toEqual({ action: 'deny' });
    const stop = vi.fn();
    contents.emit('will-navigate', { preventDefault: stop }, 'https://evil.example/');
    contents.emit('will-redirect', { preventDefault: stop }, 'https://evil.example/');
    expect(stop).toHaveBeenCalledTimes(2);
    const results: number[] = [];
    for (const fingerprint of ['sha256/aaa=', 'sha256/ccc='])
      contents.session.verify({ certificate: { fingerprint } }, (result) => results.push(result));
    expect(results).toEqual([0, -2]);
  });

  it('ends with a coded error when it is given up, or no key fits', async () => {
    const never = () => {
      electron.script = new Promise(() => undefined);
      const end = new AbortController();
      return { end, result: createWindowAuthenticator().get(request, site, end.signal) };
    };
    const closed = never();
    const aborted = never();
    aborted.end.abort();
    await expect(aborted.result).rejects.toMatchObject({ code: 'cancelled' });
    closed.end.abort();
    await expect(closed.result).rejects.toMatchObject({ code: 'cancelled' });
    electron.script = Promise.resolve({ failed: 'NotAllowedError', text: '' });
    const refused = createWindowAuthenticator().get(request, site, new AbortController().signal);
    await expect(refused).rejects.toMatchObject({ code: 'code-wrong' });
  });
});
