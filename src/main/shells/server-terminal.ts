import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { SshChannel } from '../protocol/net/ssh/channel.ts';
import type { SshConnection } from '../protocol/net/ssh/client.ts';
import type { Terminal, TerminalRequest } from './terminal.ts';

const term = 'xterm-256color';

/** A shell over a connection of its own, which ends with it. */
export async function openServerTerminal(
  connection: SshConnection,
  request: TerminalRequest,
  signal: AbortSignal,
): Promise<Terminal> {
  try {
    request.onStep('shell');
    return toTerminal(connection, await connection.openShell({ term, ...request.size }, signal));
  } catch (error) {
    connection.dispose();
    throw error;
  }
}

function toTerminal(connection: SshConnection, channel: SshChannel): Terminal {
  const onData = new Emitter<Uint8Array>();
  channel.onData((chunk) => onData.fire(chunk));
  channel.onStderr((chunk) => onData.fire(chunk));
  void channel.ended.then(() => connection.dispose());
  return {
    onData: onData.event,
    ended: channel.ended,
    write: (bytes) => void channel.write(bytes),
    pause: () => channel.pause(),
    resume: () => channel.resume(),
    resize: (size) => channel.resize(size),
    close() {
      channel.close();
      connection.dispose();
    },
  };
}
