import { useEffect, useRef } from 'react';
import type { RequestNotice } from '../../shared/contract/access-requests.ts';
import { noticeKey, noticeText } from '../state/notice-words.ts';
import { useAppState, useStore } from '../state/store.ts';
import { useUi } from '../state/ui-state.ts';
import { useRequestCalls } from '../state/use-request-calls.ts';

/** Tells what happens to requests as it happens, each once; what was there at the start is in the inbox. */
export function useRequestNotices(): void {
  const notices = useAppState((state) => state.notices);
  const before = useRef(notices);
  const store = useStore();
  const ui = useUi();
  const calls = useRequestCalls();
  useEffect(() => {
    const old = before.current;
    before.current = notices;
    const told = new Set(Object.values(old).map(noticeKey));
    for (const notice of Object.values(notices)) {
      if (old[notice.id] || notice.isRead || told.has(noticeKey(notice))) continue;
      told.add(noticeKey(notice));
      const canAssume = notice.kind === 'approved' || notice.kind === 'assumable';
      const act = () => {
        calls.markRead([notice.id]);
        if (canAssume) ui.ask({ kind: 'assume', requestUri: notice.requestUri });
        else calls.show(notice.requestUri);
      };
      const state = store.get();
      if (state && !state.settings.values['notifications.requests']) continue;
      ui.notify(sentence(notice), { label: canAssume ? 'Assume' : 'Show', run: act });
      if (state?.app.host === 'loopback' && state.settings.values['notifications.system'])
        showInSystem(notice, act);
    }
    // Taken back, or seen elsewhere.
    for (const notice of Object.values(old)) {
      const now = notices[notice.id];
      if (!now || (now.isRead && !notice.isRead)) ui.retract(sentence(notice));
    }
  }, [notices, store, ui, calls]);
}

const sentence = (notice: RequestNotice) => `${noticeText(notice)}.`;

/** The loopback host has no notices of its own: the browser shows them where the person has allowed it, out of its sight. */
function showInSystem(notice: RequestNotice, act: () => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return;
  const shown = new Notification('Porthole', { body: noticeText(notice), tag: notice.id });
  shown.onclick = () => {
    window.focus();
    shown.close();
    act();
  };
}
