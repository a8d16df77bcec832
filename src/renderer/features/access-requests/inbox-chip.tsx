import { Popover } from '@base-ui/react/popover';
import { Inbox, X } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import type { RequestNotice } from '../../../shared/contract/access-requests.ts';
import { noticeKey, noticeText } from '../../state/notice-words.ts';
import { useAppState } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import './chips.css';

/** What happened to requests while one looked elsewhere. */
export function InboxChip() {
  const notices = useAppState((state) => state.notices);
  const calls = useRequestCalls();
  const [isOpen, setOpen] = useState(false);
  const all = groupNotices(Object.values(notices));
  const unread = all.filter((group) => group.some((notice) => !notice.isRead)).length;
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
              {all.map((group) => (
                <InboxItem key={group[0].id} group={group} onDone={() => onOpenChange(false)} />
              ))}
            </ul>
            <SystemNotices />
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

/** A browser shows notices outside its window once it was allowed to; asked only when a person wants it. */
function SystemNotices() {
  const isLoopback = useAppState((state) => state.app.host === 'loopback');
  const [permission, setPermission] = useState(() =>
    'Notification' in window ? Notification.permission : 'denied',
  );
  if (!isLoopback || permission !== 'default') return null;
  return (
    <div className="line inbox-hint">
      <span className="grow">Decisions can be told while this window is in the background.</span>
      <Button kind="quiet" onClick={() => void Notification.requestPermission().then(setPermission)}>
        Allow
      </Button>
    </div>
  );
}

type Group = readonly [RequestNotice, ...RequestNotice[]];

/** Newest first; the same thing told to several users of this window is one entry. */
function groupNotices(notices: readonly RequestNotice[]): Group[] {
  const groups = new Map<string, Group>();
  for (const notice of notices.toSorted((a, b) => (a.at < b.at ? 1 : -1))) {
    const key = noticeKey(notice);
    const known = groups.get(key);
    groups.set(key, known ? [...known, notice] : [notice]);
  }
  return [...groups.values()];
}

function InboxItem({ group, onDone }: { group: Group; onDone: () => void }) {
  const [notice] = group;
  const calls = useRequestCalls();
  const ui = useUi();
  const now = useNow(30_000);
  const request = useAppState((state) => state.requests[notice.requestUri]);
  const { cluster } = useAccountLook(notice.accountUri);
  const accounts = useAppState((state) => state.accounts);
  const userNames = group.map((one) => accounts[one.accountUri]?.userName ?? '').join(', ');
  const isUnread = group.some((one) => !one.isRead);
  const canAssume = request?.assumable.kind === 'now' && !request.isAssumed;
  return (
    <li className="inbox-item" data-unread={isUnread}>
      <span
        className="dot"
        style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
        aria-hidden
      />
      <span className="grow">
        <span className="inbox-name">
          {isUnread && <span className="hidden-text">Unread: </span>}
          {noticeText(notice)}
        </span>
        <span className="small muted" title={formatExact(notice.at)}>
          {userNames} on {cluster?.name} · {formatAgo(notice.at, now)}
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
      <IconButton label="Dismiss" onClick={() => calls.dismiss(group.map((one) => one.id))}>
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}
