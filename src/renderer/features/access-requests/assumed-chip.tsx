import { Popover } from '@base-ui/react/popover';
import { KeyRound } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import type { AccountInfo, AssumedRequest } from '../../../shared/contract/clusters.ts';
import { useAppState } from '../../state/store.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { counted, withShortIds } from '../../state/request-words.ts';
import { Button } from '../../ui/button.tsx';
import { formatExact, formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import './chips.css';

const soonMs = 10 * 60_000;

/** The access that is assumed, with the time that is left. */
export function AssumedChip() {
  const accounts = useAppState((state) => state.accounts);
  const [isOpen, setOpen] = useState(false);
  const now = useNow(10_000);
  const all = Object.values(accounts).flatMap((account) =>
    account.assumed.map((assumed) => ({ account, assumed })),
  );
  const ends = all.flatMap(({ assumed }) => (assumed.until ? [Date.parse(assumed.until)] : []));
  const [first] = all;
  if (!first) return null;
  const left = ends.length > 0 ? Math.min(...ends) - now : undefined;
  const name = all.length === 1 ? nameOf(first.assumed) : counted(all.length, 'request', 'requests');
  const time = left === undefined ? '' : formatSpan(left);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        className="chip assumed-chip"
        data-soon={left !== undefined && left < soonMs}
        aria-label={`Assumed: ${name}${time && ` ${time} left`}`}
      >
        <KeyRound size={14} aria-hidden />
        <span className="clip">{name}</span> <span className="chip-time">{time}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="positioner" sideOffset={6} align="end">
          <Popover.Popup className="popup inbox" aria-label="Assumed access">
            <h2 className="menu-group">Assumed access</h2>
            <ul className="inbox-list">
              {all.map(({ account, assumed }) => (
                <AssumedItem
                  key={assumed.requestUri}
                  account={account}
                  assumed={assumed}
                  now={now}
                  onDone={() => setOpen(false)}
                />
              ))}
            </ul>
            <p className="inbox-hint">
              Dropping returns to your plain certificate. Open shells and tunnels go on as they are.
            </p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function nameOf(assumed: AssumedRequest): string {
  const names = assumed.resources.length > 0 ? assumed.resources : assumed.roles;
  const [name] = names;
  if (name === undefined) return 'a request';
  return withShortIds(names.length > 1 ? `${name} +${names.length - 1}` : name);
}

function AssumedItem(props: {
  account: AccountInfo;
  assumed: AssumedRequest;
  now: number;
  onDone: () => void;
}) {
  const { account, assumed, now } = props;
  const calls = useRequestCalls();
  const { cluster, userName } = useAccountLook(account.uri);
  const names = assumed.resources.length > 0 ? assumed.resources : assumed.roles;
  const name = withShortIds(names.join(', ')) || 'a request';
  return (
    <li className="inbox-item" aria-label={name}>
      <span
        className="dot"
        style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
        aria-hidden
      />
      <span className="grow">
        <span className="mono inbox-name">{name}</span>
        <span className="small muted" title={assumed.until && formatExact(assumed.until)}>
          {userName} on {cluster?.name}
          {assumed.until && ` · ${formatSpan(Date.parse(assumed.until) - now)} left`}
        </span>
      </span>
      <Button
        kind="quiet"
        onClick={() => {
          calls.show(assumed.requestUri);
          props.onDone();
        }}
      >
        Show
      </Button>
      <Button kind="quiet" onClick={() => void calls.drop(account.uri, [assumed.requestUri])}>
        Drop
      </Button>
    </li>
  );
}
