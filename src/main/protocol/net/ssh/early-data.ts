import type { Connection, ServerChannel, Session } from 'ssh2';
import { internalsOf } from './ssh2-internals.ts';

/** ssh2's session of a server; the channel is there once a request was accepted. */
interface SessionInternals {
  readonly _channel: unknown;
}

interface Waiting {
  readonly deliveries: (() => void)[];
  bytes: number;
}

/** A client that goes past the window of a new channel breaks the rules; what is beyond is dropped, as ssh2 does. */
const windowBytes = 2 * 1024 * 1024;
const kept = new WeakMap<object, Waiting>();

/**
 * OpenSSH sends data, and their end, before it knows whether its request is granted (RFC 4254 allows that). ssh2 drops
 * what comes before a late answer; here it waits for `acceptSession`.
 */
export function keepEarlyData(connection: Connection): void {
  const { _protocol: protocol, _chanMgr: channels } = internalsOf(connection);
  const handlers = protocol._handlers;
  const { CHANNEL_DATA: onData, CHANNEL_EOF: onEnd } = handlers;
  const keep = (session: SessionInternals, bytes: number, deliver: () => void) => {
    const waiting = kept.get(session) ?? { deliveries: [], bytes: 0 };
    kept.set(session, waiting);
    if (waiting.bytes + bytes > windowBytes) return;
    waiting.bytes += bytes;
    waiting.deliveries.push(deliver);
  };
  handlers.CHANNEL_DATA = (p, id, data) => {
    const session = channels.get(id);
    if (!isUnanswered(session)) {
      onData?.(p, id, data);
      return;
    }
    const own = Buffer.from(data); // ssh2 may use its buffer again
    keep(session, own.length, () => onData?.(p, id, own));
  };
  handlers.CHANNEL_EOF = (p, id) => {
    const session = channels.get(id);
    if (isUnanswered(session)) keep(session, 0, () => onEnd?.(p, id));
    else onEnd?.(p, id);
  };
}

/** Grants a request of a session and hands its channel what came before. */
export function acceptSession(session: Session, accept: () => ServerChannel): ServerChannel {
  const channel = accept();
  const waiting = kept.get(session);
  kept.delete(session);
  for (const deliver of waiting?.deliveries ?? []) deliver();
  return channel;
}

function isUnanswered(target: unknown): target is SessionInternals {
  return (
    typeof target === 'object' && target !== null && '_channel' in target && target._channel === undefined
  );
}
