import type { ServerLink } from '../server-link.ts';

const maxOutput = 10_000;

/** The SHA-256 that `sha256sum` on the server tells; undefined where it cannot be run: the file is then read back. */
export async function remoteDigest(
  link: ServerLink,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // A command is text: names with other bytes, or with line breaks, are read back.
  if (/[\u0000-\u001f\u007f\ud800-\udfff]/.test(path)) return undefined;
  try {
    const connection = await link.connection(signal);
    const channel = await connection.exec(`sha256sum -- '${path.replaceAll("'", `'\\''`)}'`, {}, signal);
    let output = '';
    channel.onData((chunk) => {
      output = (output + chunk.toString('latin1')).slice(0, maxOutput);
    });
    channel.onStderr(() => undefined);
    channel.endInput();
    channel.resume();
    const abort = () => channel.close();
    signal.addEventListener('abort', abort, { once: true });
    const end = await channel.ended;
    signal.removeEventListener('abort', abort);
    const digest = /^\\?([0-9a-f]{64}) [ *]/.exec(output)?.[1];
    return end.kind === 'exited' && end.code === 0 ? digest : undefined;
  } catch {
    return undefined;
  }
}
