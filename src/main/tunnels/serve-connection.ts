import type { Duplex } from 'node:stream';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import type { ByteTarget } from './byte-target.ts';
import type { CertificateSlot } from './certificate-slot.ts';
import { codedError } from './coded-error.ts';
import type { Diagnosis } from './diagnosis.ts';
import { isCertificateRefusal, isClientHello } from './tls-signs.ts';
import { TunnelConnection, type UpstreamEnd } from './tunnel-connection.ts';
import { tellClient } from './tell-client.ts';
import type { TunnelDialer } from './tunnel-dialer.ts';

/** How long a connection waits for a certificate, and so for the person. */
const certificateWaitMs = 60_000;
/** A proxy before v16 may not know a fresh app session for a moment (tunnels.md 5.2). */
const settleMs = 5_000;
const settlePauseMs = 250;

export interface ConnectionServices {
  readonly target: ByteTarget;
  readonly slot: CertificateSlot;
  readonly dialer: TunnelDialer;
  readonly diagnosis: Diagnosis;
  countFromClient(bytes: number): void;
  countToClient(bytes: number): void;
  failed(error: AppError): void;
  closed(connection: TunnelConnection): void;
}

/** Takes one local connection from its first byte to its end. Every failure is told and closes it. */
export function serveConnection(local: Duplex, services: ConnectionServices): TunnelConnection {
  const gone = new AbortController();
  let ended: ((end: UpstreamEnd) => void) | undefined;
  const connection = new TunnelConnection(local, {
    countFromClient: services.countFromClient,
    countToClient: services.countToClient,
    onUpstreamEnd: (end) => ended?.(end),
    onIdleCut: () => services.dialer.offerPing(),
    onClosed: () => {
      gone.abort();
      services.closed(connection);
    },
  });
  const upstreamEnd = () =>
    new Promise<UpstreamEnd>((resolve, reject) => {
      ended = resolve;
      gone.signal.addEventListener('abort', () => reject(new AppError('cancelled', 'The client left.')), {
        once: true,
      });
    });
  void run(connection, services, upstreamEnd, gone.signal)
    .catch(async (error: unknown) => {
      if (services.target.insistedOnTls(connection.earlyMessage)) services.failed(wantsTls(services.target));
      if (gone.signal.aborted) return;
      const coded = codedError(error);
      services.failed(coded);
      await tellClient(connection, services.target, coded);
    })
    .finally(() => connection.close());
  return connection;
}

async function run(
  connection: TunnelConnection,
  services: ConnectionServices,
  upstreamEnd: () => Promise<UpstreamEnd>,
  signal: AbortSignal,
): Promise<void> {
  const { target, slot, dialer, diagnosis } = services;
  if (target.clientSpeaksFirst) {
    const first = await connection.firstBytes();
    if (first === undefined) return;
    if (target.refusesTls && isClientHello(first)) throw speaksTls(target);
  }
  let hasRenewed = false;
  for (;;) {
    const certificate = await withLimit(slot.get(), target, signal);
    const dialed = await dialer.dial(certificate, signal).catch((error: unknown) => {
      if (!isAppError(error) || !isCertificateRefusal(error)) throw error;
      return error;
    });
    let end: UpstreamEnd;
    if (isAppError(dialed)) end = { error: dialed, hasAnswered: false, owesAnswer: true };
    else {
      const waiting = upstreamEnd();
      connection.attach(dialed);
      end = await waiting;
    }
    if (end.hasAnswered) {
      if (connection.clientHasEnded) return;
      if (end.error) throw cut(target, end.error);
      // A proxy that is killed ends its connections in order.
      if (end.owesAnswer && target.answersAlways) throw cut(target, await diagnosis.explain(certificate));
      return;
    }
    if (isCertificateRefusal(end.error) && !hasRenewed && connection.canReplay) {
      hasRenewed = true;
      if (slot.current === certificate) slot.clear();
      continue;
    }
    if (isSettling(target, certificate) && connection.canReplay) {
      await pause(settlePauseMs, signal);
      continue;
    }
    if (!end.error && (connection.clientHasEnded || target.isAnsweredByClose(connection.earlyMessage)))
      return;
    if (end.error && isCertificateRefusal(end.error)) throw end.error;
    throw await diagnosis.explain(certificate);
  }
}

function isSettling(target: ByteTarget, certificate: TunnelCertificate): boolean {
  return target.mayNeedTime() && Date.now() - certificate.issuedAt < settleMs;
}

/** The wait of one connection ends; the request that all share goes on. */
function withLimit(
  pending: Promise<TunnelCertificate>,
  target: ByteTarget,
  signal: AbortSignal,
): Promise<TunnelCertificate> {
  return new Promise((resolve, reject) => {
    const fail = (error: AppError) => () => reject(error);
    const left = fail(new AppError('cancelled', 'The client left.'));
    const timer = setTimeout(
      fail(
        new AppError('timed-out', `A connection to ${target.subject} waited too long.`, {
          reason: 'It waited a minute for a sign-in or a second factor.',
          advice: 'Answer the question and connect again.',
          action: 'retry',
        }),
      ),
      certificateWaitMs,
    );
    signal.addEventListener('abort', left, { once: true });
    void pending.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', left);
    });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(new AppError('cancelled', 'The client left.'));
      },
      { once: true },
    );
  });
}

function speaksTls(target: ByteTarget): AppError {
  return new AppError('protocol-unsupported', `A program spoke TLS to the port of ${target.subject}.`, {
    reason: 'The tunnel adds TLS by itself; on this machine its port is plain.',
    advice:
      'Switch TLS off in that program, such as with sslmode=disable, or use http:// instead of https://.',
    action: 'edit-input',
  });
}

function wantsTls(target: ByteTarget): AppError {
  return new AppError('protocol-unsupported', `A program insisted on TLS to ${target.subject}, and left.`, {
    reason: 'The tunnel adds TLS by itself; on this machine its port is plain.',
    advice: 'Let that program do without TLS, such as with sslmode=disable or sslmode=prefer.',
    action: 'edit-input',
  });
}

function cut(target: ByteTarget, cause: AppError): AppError {
  return new AppError(cause.code, `A connection to ${target.subject} was cut.`, {
    reason: cause.reason ?? cause.message,
    advice: cause.advice ?? 'Connect again.',
    action: 'retry',
    detail: cause.detail,
    cause,
  });
}
