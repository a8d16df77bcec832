import { KeyRound, ScanFace, Smartphone, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { DeviceInfo } from '../../../shared/contract/devices.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { AddKey } from './add-key.tsx';
import { AddOneTimeCode } from './add-one-time-code.tsx';
import { useDevices } from './use-devices.ts';
import './devices.css';

type Adding = 'one-time-code' | 'security-key' | 'passkey';

/** The second factors of a user: what there is, adding, removing. */
export function DevicesDialog({ accountUri }: { accountUri: AccountUri }) {
  const ui = useUi();
  const { userName, cluster } = useAccountLook(accountUri);
  const { devices, error, reload } = useDevices(accountUri);
  const [adding, setAdding] = useState<Adding>();
  const onDone = () => {
    setAdding(undefined);
    reload();
  };
  const offersCodes = cluster?.facts?.secondFactor !== 'webauthn';
  const offersKeys = cluster?.facts?.secondFactor !== 'otp';
  return (
    <Dialog
      title="Second factors"
      description={`${userName} on ${cluster?.name ?? ''}`}
      size="wide"
      onClose={ui.closeDialog}
    >
      {error && (
        <Problem error={toErrorInfo(error)}>
          <Button onClick={reload}>Try again</Button>
        </Problem>
      )}
      <DeviceList accountUri={accountUri} devices={devices} onChanged={reload} />
      {adding === 'one-time-code' && <AddOneTimeCode accountUri={accountUri} onDone={onDone} />}
      {(adding === 'security-key' || adding === 'passkey') && (
        <AddKey key={adding} accountUri={accountUri} kind={adding} onDone={onDone} />
      )}
      {!adding && (
        <div className="actions">
          {offersCodes && (
            <Button onClick={() => setAdding('one-time-code')}>
              <Smartphone size={14} aria-hidden /> Add one-time code
            </Button>
          )}
          {offersKeys && (
            <Button onClick={() => setAdding('security-key')}>
              <KeyRound size={14} aria-hidden /> Add security key
            </Button>
          )}
          {offersKeys && (
            <Button onClick={() => setAdding('passkey')}>
              <ScanFace size={14} aria-hidden /> Add passkey
            </Button>
          )}
          <Button kind="primary" onClick={ui.closeDialog}>
            Done
          </Button>
        </div>
      )}
    </Dialog>
  );
}

const kindWords: Record<DeviceInfo['kind'], string> = {
  'one-time-code': 'One-time code',
  'security-key': 'Security key',
  passkey: 'Passkey',
  'single-sign-on': 'Single sign-on',
  other: 'Other',
};

function DeviceList(props: {
  accountUri: AccountUri;
  devices: readonly DeviceInfo[] | undefined;
  onChanged: () => void;
}) {
  if (!props.devices) return <div className="devices" aria-busy="true" />;
  if (props.devices.length === 0) return <p className="devices muted">No second factor was added yet.</p>;
  return (
    <ul className="devices" aria-label="Devices">
      {props.devices.map((device) => (
        <Device key={device.id} device={device} accountUri={props.accountUri} onChanged={props.onChanged} />
      ))}
    </ul>
  );
}

function Device(props: { device: DeviceInfo; accountUri: AccountUri; onChanged: () => void }) {
  const { device, accountUri } = props;
  const session = useSession();
  const now = useNow(60_000);
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const remove = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await session.call((api) => api.devices.remove({ accountUri, deviceId: device.id }));
      props.onChanged();
    } catch (failure) {
      const known = toAppError(failure);
      if (known.code !== 'cancelled') setError(known);
      setBusy(false);
      setAsking(false);
    }
  };
  return (
    <li className="device" aria-label={device.name}>
      <div className="line">
        <span className="grow device-words">
          <span className="clip">{device.name}</span>
          <span className="small muted">
            {kindWords[device.kind]}
            {device.addedAt && (
              <span title={formatExact(device.addedAt)}> · added {formatAgo(device.addedAt, now)}</span>
            )}
            {device.lastUsedAt && (
              <span title={formatExact(device.lastUsedAt)}> · used {formatAgo(device.lastUsedAt, now)}</span>
            )}
          </span>
        </span>
        {isAsking ? (
          <>
            <span className="muted">Remove it for good?</span>
            <Button onClick={() => setAsking(false)}>Keep</Button>
            <Button kind="danger" autoFocus disabled={isBusy} onClick={() => void remove()}>
              {isBusy ? 'Removing…' : 'Remove'}
            </Button>
          </>
        ) : (
          <IconButton label={`Remove ${device.name}`} onClick={() => setAsking(true)}>
            <Trash2 size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {error && <Problem error={toErrorInfo(error)} />}
    </li>
  );
}
