import type { AppError } from '../../shared/errors/app-error.ts';
import type { ByteTarget } from './byte-target.ts';
import { isClientHello } from './tls-signs.ts';
import type { TunnelConnection } from './tunnel-connection.ts';

/** A client that does not go on with its side of the talk gets a close instead. */
const patienceMs = 5_000;
const maxSteps = 5;

/** Tells a client in its own protocol why it gets no connection, where nothing came back to it yet. */
export async function tellClient(
  connection: TunnelConnection,
  target: ByteTarget,
  error: AppError,
): Promise<void> {
  if (!target.refuse || !connection.canBeTold) return;
  const message = ['Porthole:', error.message, error.reason, error.advice].filter(Boolean).join(' ');
  let said: Buffer | undefined = connection.unanswered;
  if (isClientHello(said) || (said.length === 0 && target.clientSpeaksFirst)) return;
  for (let step = 0; said !== undefined && step < maxSteps && connection.canBeTold; step += 1) {
    const { bytes, isLast } = target.refuse(message, said);
    if (bytes.length > 0) connection.say(bytes);
    if (isLast) return;
    said = await withPatience(connection.firstBytes());
  }
}

async function withPatience<T>(pending: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  return Promise.race([pending, patience]).finally(() => clearTimeout(timer));
}
