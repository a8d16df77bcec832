import { useAppState } from '../../state/store.ts';
import { StateDot } from '../../ui/state-dot.tsx';

/** Whether changes arrive by themselves, and why not. */
export function FollowingState() {
  const followings = useAppState((state) => state.followings);
  const accounts = useAppState((state) => state.accounts);
  const known = Object.entries(followings) as [
    keyof typeof accounts,
    (typeof followings)[keyof typeof followings],
  ][];
  const polled = known.filter(([, following]) => following.kind === 'polling');
  if (known.length === 0) return null;
  const [first] = polled;
  const following = first?.[1];
  const reason = following?.kind === 'polling' ? following.reason : undefined;
  const why = reason && [reason.message, reason.reason].filter(Boolean).join(' ');
  return (
    <span role="status" aria-label="Changes" className="line small muted" title={why}>
      {polled.length === 0 ? (
        <>
          <StateDot
            colour={known.every(([, one]) => one.kind === 'live') ? 'good' : 'text-3'}
            shape="round"
          />
          {known.some(([, one]) => one.kind === 'live') ? 'live' : 'not followed'}
        </>
      ) : (
        <>
          <StateDot colour="warn" shape="ring" />
          not live, checked now and then
          {first && known.length > 1 ? ` for ${accounts[first[0]]?.userName ?? ''}` : ''}
          <span className="hidden-text">. {why}</span>
        </>
      )}
    </span>
  );
}
