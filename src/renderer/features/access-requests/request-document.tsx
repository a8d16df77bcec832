import { KeyRound } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { toErrorInfo } from '../../../shared/errors/app-error.ts';
import { accountOf, type RequestUri } from '../../../shared/uri/uri.ts';
import { chordOfPress, formatChord, isPlain } from '../../../shared/keys/chord.ts';
import { namesOf, requestLook } from '../../state/request-words.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { useKeymap } from '../../state/use-keymap.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { StateDot } from '../../ui/state-dot.tsx';
import { useNow } from '../../ui/use-now.ts';
import { RequestBar } from './request-bar.tsx';
import { RequestFacts } from './request-facts.tsx';
import { RequestViewers } from './request-viewers.tsx';
import { RequestedResources } from './requested-resources.tsx';
import { Seats } from './seats.tsx';
import { useNextRequest } from './use-next-request.ts';
import { type OpenRequest, useRequest } from './use-request.ts';
import { useSeenNotices } from './use-seen-notices.ts';
import './request-document.css';

/** One request on one page: who, what, why, how long, the votes, and one bar to decide. */
export function RequestDocument(props: { requestUri: RequestUri; isFront: boolean; onClose: () => void }) {
  const [viewed, setViewed] = useState(props.requestUri);
  const open = useRequest(viewed);
  const { cluster } = useAccountLook(accountOf(viewed));
  const region = useRef<HTMLElement>(null);
  const next = useNextRequest(viewed);
  useSeenNotices(viewed, props.isFront);
  useEffect(() => {
    if (props.isFront && !document.activeElement?.closest('.top-bar, .tab-bar, .dialog'))
      region.current?.focus({ preventScroll: true });
  }, [props.isFront]);
  const keymap = useKeymap();
  const onKeyDown = (event: KeyboardEvent) => {
    const chord = chordOfPress(event.nativeEvent, keymap.isMac);
    if (!next || !chord || !keymap.commandsOf(formatChord(chord)).includes('next-request')) return;
    const inField = (event.target as HTMLElement).matches('input, textarea, select');
    if (inField && isPlain(chord)) return;
    event.preventDefault();
    next.open();
  };
  const { request } = open;
  const canReview = request?.mayReview.answer;
  // What had the focus may be gone, as the buttons of a review are after it: keys go on working here.
  useEffect(() => {
    if (props.isFront && document.activeElement === document.body)
      region.current?.focus({ preventScroll: true });
  }, [props.isFront, canReview, request?.state, open.isGone]);
  return (
    <section
      ref={region}
      className="request-document"
      aria-label={request ? `Request of ${request.requester}` : 'Request'}
      hidden={!props.isFront}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
    >
      <div className="request-scroll">
        <div className="request-column">
          <RequestProblems open={open} onClose={props.onClose} />
          {request && <RequestBody request={request} viewed={viewed} onView={setViewed} />}
          {!request && !open.isGone && !open.error && <Skeleton />}
        </div>
      </div>
      {request && !open.isGone && (
        <RequestBar key={viewed} open={open} request={request} next={next} onView={setViewed} />
      )}
    </section>
  );
}

function RequestProblems({ open, onClose }: { open: OpenRequest; onClose: () => void }) {
  if (open.isGone)
    return (
      <div className="note line" role="alert">
        <span className="grow">
          This request is gone: it has expired, was deleted, or is not yours to see.
          {open.request && ' This is what it was.'}
        </span>
        <Button onClick={onClose}>Close</Button>
      </div>
    );
  if (!open.error) return null;
  return (
    <Problem error={toErrorInfo(open.error)}>
      <Button onClick={open.reload}>Try again</Button>
    </Problem>
  );
}

function RequestBody(props: { request: RequestInfo; viewed: RequestUri; onView: (uri: RequestUri) => void }) {
  const { request } = props;
  const now = useNow(10_000);
  const look = requestLook(request);
  const names = namesOf(request);
  return (
    <>
      <header className="request-header">
        <h1 className="request-title">
          <KeyRound size={18} strokeWidth={1.75} aria-hidden />
          <span>
            {request.isOwn ? 'You ask for' : `${request.requester} asks for`}{' '}
            <span className="request-names">
              {names.slice(0, 3).join(', ')}
              {names.length > 3 && ` and ${names.length - 3} more`}
            </span>
          </span>
        </h1>
        <span className="line request-state" role="status" aria-label="State">
          <StateDot colour={look.colour} shape={look.shape} /> {look.word}
        </span>
      </header>
      <RequestViewers {...props} />
      <RequestFacts request={request} now={now} />
      <RequestedResources request={request} />
      <Seats request={request} now={now} />
    </>
  );
}

function Skeleton() {
  return (
    <div className="request-skeleton" aria-hidden>
      {[220, 340, 280, 180, 240].map((width) => (
        <span key={width} style={{ width }} />
      ))}
    </div>
  );
}
