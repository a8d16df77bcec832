import type { Protocol } from './ssh2-internals.ts';

const maxTextBytes = 8 * 1024;
const maxChannels = 64;

/**
 * Keeps what a server writes to the stderr of a channel before it refuses a request there: the only reason that a proxy
 * gives (ssh.md 1.3). ssh2 gives up the channel, and with it the text, when the request fails.
 */
export function watchRefusals(protocol: Protocol): { take(): string } {
  const texts = new Map<number, string>();
  let refusal = '';
  const { CHANNEL_EXTENDED_DATA: onData, CHANNEL_FAILURE: onFailure } = protocol._handlers;
  protocol._handlers.CHANNEL_EXTENDED_DATA = (p, id, data, type) => {
    if (texts.size < maxChannels || texts.has(id)) {
      texts.set(id, `${texts.get(id) ?? ''}${data.toString('utf8')}`.slice(0, maxTextBytes));
    }
    onData?.(p, id, data, type);
  };
  protocol._handlers.CHANNEL_FAILURE = (p, id) => {
    refusal = texts.get(id) ?? '';
    texts.delete(id);
    onFailure?.(p, id);
  };
  return {
    /** Text of the request that was refused last; empty when there was none. To be asked in the same turn. */
    take() {
      const text = refusal.trim();
      refusal = '';
      return text;
    },
  };
}
