import { beforeEach, describe, expect, it, vi } from 'vitest';
import { electron, resetElectron } from '../testing/electron.ts';
import { createElectronHost } from './electron-host.ts';

vi.mock('electron', () => import('../testing/electron.ts'));
vi.mock('electron-store', async () => ({
  default: (await import('../testing/electron-store.ts')).ElectronStore,
}));

beforeEach(resetElectron);

describe('the host', () => {
  it('seals with the key store of the system', () => {
    const { secrets } = createElectronHost();
    expect(secrets.open(secrets.seal('text'))).toBe('text');
    expect(() => secrets.open(Buffer.from('other'))).toThrow(
      expect.objectContaining({ code: 'store-damaged' }),
    );
  });

  it('refuses to seal where the key store only pretends', () => {
    const { secrets } = createElectronHost();
    electron.encryption = { available: false, backend: 'unknown' };
    expect(() => secrets.seal('text')).toThrow(expect.objectContaining({ code: 'secrets-unavailable' }));
    if (process.platform === 'linux') {
      electron.encryption = { available: true, backend: 'basic_text' };
      expect(() => secrets.seal('text')).toThrow(expect.objectContaining({ code: 'secrets-unavailable' }));
    }
  });

  it('keeps settings in a file', () => {
    const host = createElectronHost();
    expect(host.openStore('profiles').read()).toBeUndefined();
    expect(host.kind).toBe('electron');
    expect(host.dataFolder).toBe(electron.userData);
  });
});
