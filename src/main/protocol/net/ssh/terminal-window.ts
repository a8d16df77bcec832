import type { ClientChannel } from 'ssh2';
import type { ChannelInternals, Protocol } from './ssh2-internals.ts';

/** What ssh2 gives every channel. */
const libraryWindowBytes = 2 << 20;
/**
 * What a terminal gets. Bytes on the way are drawn before anything newer, such as the answer to Ctrl+C: a terminal's
 * window is as small as a fast network allows.
 */
export const terminalWindowBytes = 512 << 10;

type StartChannel = (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown;

/**
 * Lets channels be opened with a smaller receive window (RFC 4254, 5.2) than ssh2 gives; other channels keep theirs. The
 * answer makes such a start of one that opens a session channel at once.
 */
export function limitTerminalWindows(protocol: Protocol): (start: StartChannel) => StartChannel {
  const terminals = new Map<number, NonNullable<ChannelInternals['incoming']>>();
  let isNextTerminal = false;
  const { session, channelWindowAdjust, channelClose } = protocol;
  protocol.session = function smallSession(this: Protocol, channel, initialWindow, maxPacket) {
    const window = isNextTerminal ? terminalWindowBytes : initialWindow;
    isNextTerminal = false;
    session.call(this, channel, window, maxPacket);
  };
  // ssh2 has filled the window up to its own size when it comes here; a terminal's is set back to what the server knows.
  protocol.channelWindowAdjust = function smallAdjust(this: Protocol, remoteChannel, amount) {
    const terminal = terminals.get(remoteChannel);
    if (!terminal) {
      channelWindowAdjust.call(this, remoteChannel, amount);
      return;
    }
    const left = libraryWindowBytes - amount;
    const missing = terminalWindowBytes - left;
    const isDue = missing >= terminalWindowBytes / 2;
    terminal.window = isDue ? terminalWindowBytes : left;
    if (isDue) channelWindowAdjust.call(this, remoteChannel, missing);
  };
  protocol.channelClose = function forgetTerminal(this: Protocol, remoteChannel) {
    terminals.delete(remoteChannel);
    channelClose.call(this, remoteChannel);
  };
  const adopt = ({ incoming, outgoing, _readableState: buffer }: ChannelInternals) => {
    if (!incoming || !outgoing || !buffer) return;
    // ssh2 opens the window again while a stopped reader's buffer has room: that room counts as well.
    buffer.highWaterMark = terminalWindowBytes;
    // Data may have come with the answer: what it took is taken from the small window too.
    incoming.window -= libraryWindowBytes - terminalWindowBytes;
    terminals.set(outgoing.id, incoming);
  };
  return (start) => (done) => {
    isNextTerminal = true;
    return start((error, channel) => {
      if (!error) adopt(channel as unknown as ChannelInternals);
      done(error, channel);
    });
  };
}
