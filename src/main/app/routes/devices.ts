import type { DeviceService } from '../../second-factor/device-service.ts';
import type { Implementer } from './implementer.ts';

export function deviceRoutes({ devices: os }: Implementer, devices: DeviceService) {
  return {
    list: os.list.handler(async ({ input, signal }) => ({
      devices: await devices.list(input.accountUri, signal),
    })),
    beginOneTimeCode: os.beginOneTimeCode.handler(({ input, signal }) =>
      devices.beginOneTimeCode(input.accountUri, signal),
    ),
    finishOneTimeCode: os.finishOneTimeCode.handler(({ input, signal }) =>
      devices.finishOneTimeCode(input.registrationId, input.name, input.oneTimeCode, signal),
    ),
    addSecurityKey: os.addSecurityKey.handler(({ input, signal }) =>
      devices.addSecurityKey(input.accountUri, input.name, input.kind, signal),
    ),
    remove: os.remove.handler(({ input, signal }) =>
      devices.remove(input.accountUri, input.deviceId, signal),
    ),
  };
}
