import { describe, expect, it } from 'vitest';
import { SoftAuthenticator } from '../testing/authenticator.ts';
import { code, register, startWithSecondFactor } from '../testing/second-factors.ts';

describe('devices', () => {
  it('are added, listed and removed, each change confirmed', async () => {
    const { cluster, person, key } = await startWithSecondFactor();
    await expect(
      person.client.createRegisterChallenge({ deviceType: 3, deviceUsage: 1 }),
    ).rejects.toMatchObject({ code: 7 });
    await register(cluster, person, key, { name: 'blue key' });
    const { devices } = await person.client.getMFADevices({});
    expect(devices.map((one) => [one.metadata?.name, one.device.case])).toEqual([
      ['otp', 'totp'],
      ['blue key', 'webauthn'],
    ]);
    await person.client.deleteMFADeviceSync({ deviceName: 'blue key', existingMfaResponse: code(cluster) });
    expect((await person.client.getMFADevices({})).devices).toHaveLength(1);
    await expect(
      person.client.deleteMFADeviceSync({ deviceName: 'otp', existingMfaResponse: code(cluster) }),
    ).rejects.toMatchObject({ code: 7 });
    await expect(person.client.deleteMFADeviceSync({ deviceName: 'otp' })).rejects.toMatchObject({ code: 7 });
  });

  it('are refused with a signature of nobody, twice under one name, and twice the same', async () => {
    const { cluster, person, key } = await startWithSecondFactor();
    const stranger = new SoftAuthenticator('https://example.org');
    await expect(register(cluster, person, stranger)).rejects.toMatchObject({ code: 7 });
    await register(cluster, person, key);
    await expect(register(cluster, person, key)).rejects.toMatchObject({ code: 6 });
  });
});
