import { describe, expect, it, vi } from 'vitest';
import { protocol } from '../testing/electron.ts';
import { fileOf, pageOrigin, servePage } from './page-protocol.ts';
import { restrictPermissions } from './permissions.ts';

vi.mock('electron', () => import('../testing/electron.ts'));

describe('the page', () => {
  it('is served from one folder, with its policy', async () => {
    expect(fileOf('/app/renderer', 'porthole://app/index.html')).toBe('/app/renderer/index.html');
    expect(fileOf('/app/renderer', 'porthole://app/%2e%2e%2f%2e%2e%2fsecret')).toBeUndefined();
    expect(fileOf('/app/renderer', 'porthole://other/index.html')).toBeUndefined();
    expect(fileOf('/app/renderer', 'porthole://app/%')).toBeUndefined();
    servePage('/app/renderer');
    const handler = vi.mocked(protocol.handle).mock.calls[0]?.[1];
    const answer = await handler?.(new Request('porthole://app/index.html'));
    expect(answer?.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect((await handler?.(new Request('porthole://evil/index.html')))?.status).toBe(404);
  });
});

describe('permissions', () => {
  it('are the clipboard for the own page, and nothing else', () => {
    const handlers: Record<string, (...args: never[]) => unknown> = {};
    const record = (name: string) => (handler: (...args: never[]) => unknown) => {
      handlers[name] = handler;
    };
    restrictPermissions(
      {
        setPermissionRequestHandler: record('request'),
        setPermissionCheckHandler: record('check'),
        setDevicePermissionHandler: record('device'),
      } as never,
      pageOrigin,
    );
    const request = (permission: string, requestingUrl: string) => {
      let answer: boolean | undefined;
      handlers['request']?.(
        ...([null, permission, (given: boolean) => (answer = given), { requestingUrl }] as never[]),
      );
      return answer;
    };
    expect(request('clipboard-read', `${pageOrigin}/index.html`)).toBe(true);
    expect(request('clipboard-read', 'https://evil.example/')).toBe(false);
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal'])
      expect(request(permission, `${pageOrigin}/`)).toBe(false);
    expect(handlers['check']?.(...([null, 'clipboard-read', 'https://evil.example'] as never[]))).toBe(false);
    expect(handlers['device']?.()).toBe(false);
  });
});
