import { X } from 'lucide-react';
import { useEffect } from 'react';
import { type AppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { NoticeAction } from '../state/ui-state.ts';
import { Button, IconButton } from '../ui/button.tsx';

const shortNoticeMs = 2_500;
/** Long enough to read it and to reach its button; afterwards it is in the inbox. */
const offerMs = 15_000;

export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly count: number;
  /** Errors stay until they are read. */
  readonly error?: AppError;
  readonly action?: NoticeAction;
}

/** At most three, bottom right; the same cause is one notice with a count. */
export function Notices({
  notices,
  onDismiss,
}: {
  notices: readonly Notice[];
  onDismiss: (id: string) => void;
}) {
  return (
    <div className="notices" aria-live="polite">
      {notices.map((notice) => (
        <OneNotice key={notice.id} notice={notice} onDismiss={() => onDismiss(notice.id)} />
      ))}
    </div>
  );
}

function OneNotice({ notice, onDismiss }: { notice: Notice; onDismiss: () => void }) {
  const isError = notice.error !== undefined;
  useEffect(() => {
    if (isError) return;
    const timer = setTimeout(onDismiss, notice.action ? offerMs : shortNoticeMs);
    return () => clearTimeout(timer);
  });
  const info = notice.error && toErrorInfo(notice.error);
  return (
    <div className="notice" role={isError ? 'alert' : 'status'}>
      <div className="grow">
        <div>
          {notice.text}
          {notice.count > 1 && <span className="muted"> ({notice.count} times)</span>}
        </div>
        {info?.reason && <div className="muted">{info.reason}</div>}
        {info?.advice && <div className="muted">{info.advice}</div>}
      </div>
      {notice.action && (
        <Button
          onClick={() => {
            notice.action?.run();
            onDismiss();
          }}
        >
          {notice.action.label}
        </Button>
      )}
      <IconButton label="Dismiss" onClick={onDismiss}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
