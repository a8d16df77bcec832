import { useCallback, useEffect, useState } from 'react';
import type { DeviceInfo } from '../../../shared/contract/devices.ts';
import type { AppError } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';

/** The devices of a user; the old list stays while it is asked for again. */
export function useDevices(accountUri: AccountUri) {
  const session = useSession();
  const [devices, setDevices] = useState<readonly DeviceInfo[]>();
  const [error, setError] = useState<AppError>();
  const reload = useCallback(() => {
    setError(undefined);
    session
      .call((api) => api.devices.list({ accountUri }))
      .then(
        (found) => setDevices(found.devices),
        (failure: unknown) => setError(toAppError(failure)),
      );
  }, [session, accountUri]);
  useEffect(reload, [reload]);
  return { devices, error, reload };
}
