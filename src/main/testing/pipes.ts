import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';

/** Two ends of one pipe; messages cross in a later turn, in order, as they do in a real one. */
export function pipePair<M>(): [Pipe<M>, Pipe<M>] {
  const closed = new Emitter<void>();
  const close = () => {
    closed.fire();
    closed.dispose();
  };
  const ends = [makeEnd<M>(), makeEnd<M>()] as const;
  const make = (own: (typeof ends)[0], other: (typeof ends)[0]): Pipe<M> => ({
    send(message) {
      setImmediate(() => other.deliver(message));
      return true;
    },
    onMessage: own.onMessage,
    onClose: closed.event,
    close,
  });
  return [make(ends[0], ends[1]), make(ends[1], ends[0])];
}

function makeEnd<M>() {
  const messages = new Emitter<M>();
  let waiting: M[] | undefined = [];
  return {
    deliver(message: M) {
      if (waiting) waiting.push(message);
      else messages.fire(message);
    },
    onMessage(listener: (message: M) => void) {
      const subscription = messages.event(listener);
      const early = waiting ?? [];
      waiting = undefined;
      for (const message of early) messages.fire(message);
      return subscription;
    },
  };
}
