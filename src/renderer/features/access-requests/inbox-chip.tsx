import { Popover } from '@base-ui/react/popover';
import { Inbox, X } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import type { RequestNotice } from '../../../shared/contract/access-requests.ts';
import { noticeText } from '../../state/notice-words.ts';
import { useAppState } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import './access-requests.css';

/** What happened to requests while one looked elsewhere. */
export function InboxChip() {
  const notices = useAppState((state) => state.notices);
  const calls = useRequestCalls();
  const [isOpen, setOpen] = useState(false);
  const all = Object.values(notices).sort((a, b) => (a.at < b.at ? 1 : -1));
  const unread = all.filter((notice) => !notice.isRead).length;
  const onOpenChange = (open: boolean) => {
    setOpen(open);
    // Read is what was seen: once the list closes again.
    if (!open && unread > 0) calls.markRead();
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={onOpenChange}>
      <Popover.Trigger
        className="chip"
        aria-label={unread > 0 ? `Inbox of requests: ${unread} unread` : 'Inbox of requests'}
      >
        <Inbox size={16} aria-hidden />
        {unread > 0 && <span className="badge">{unread > 99 ? '99+' : unread}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="positioner" sideOffset={6} align="end">
          <Popover.Popup className="popup inbox" aria-label="Inbox of requests">
            {all.length === 0 && <p className="inbox-hint">Nothing has happened yet.</p>}
            <ul className="inbox-list">
              {all.map((notice) => (
                <InboxItem key={notice.id} notice={notice} onDone={() => onOpenChange(false)} />
              ))}
            </ul>
            <div className="inbox-foot">
              <Button
                kind="quiet"
                onClick={() => {
                  calls.showAll();
                  onOpenChange(false);
                }}
              >
                Show all requests
              </Button>
              {all.length > 0 && (
                <Button kind="quiet" onClick={() => calls.dismiss()}>
                  Clear the inbox
                </Button>
              )}
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function InboxItem({ notice, onDone }: { notice: RequestNotice; onDone: () => void }) {
  const calls = useRequestCalls();
  const ui = useUi();
  const now = useNow(30_000);
  const request = useAppState((state) => state.requests[notice.requestUri]);
  const { userName, cluster } = useAccountLook(notice.accountUri);
  const canAssume = request?.assumable.kind === 'now' && !request.isAssumed;
  return (
    <li className="inbox-item" data-unread={!notice.isRead}>
      <span
        className="dot"
        style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
        aria-hidden
      />
      <span className="grow">
        <span className="inbox-name">
          {!notice.isRead && <span className="hidden-text">Unread: </span>}
          {noticeText(notice)}
        </span>
        <span className="small muted" title={formatExact(notice.at)}>
          {userName} on {cluster?.name} · {formatAgo(notice.at, now)}
        </span>
      </span>
      {canAssume && (
        <Button
          kind="quiet"
          onClick={() => {
            onDone();
            ui.ask({ kind: 'assume', requestUri: notice.requestUri });
          }}
        >
          Assume
        </Button>
      )}
      <Button
        kind="quiet"
        onClick={() => {
          onDone();
          calls.show(notice.requestUri);
        }}
      >
        Show
      </Button>
      <IconButton label="Dismiss" onClick={() => calls.dismiss([notice.id])}>
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}
