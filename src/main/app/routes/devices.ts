import type { Implementer } from './implementer.ts';
import { notBuilt } from './not-built.ts';

export function deviceRoutes({ devices: os }: Implementer) {
  return {
    list: os.list.handler(notBuilt),
    beginOneTimeCode: os.beginOneTimeCode.handler(notBuilt),
    finishOneTimeCode: os.finishOneTimeCode.handler(notBuilt),
    addSecurityKey: os.addSecurityKey.handler(notBuilt),
    remove: os.remove.handler(notBuilt),
  };
}
