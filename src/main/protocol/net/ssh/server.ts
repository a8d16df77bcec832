import type { Duplex } from 'node:stream';
import type { AuthContext, Connection, Server } from 'ssh2';
import { certificateAlgorithm } from '../../codec/ssh/algorithms.ts';
import { parseSshCertificate, type SshCertificate } from '../../codec/ssh/certificate.ts';
import { findCertificateFault } from '../../codec/ssh/check-certificate.ts';
import { verifySsh } from '../../codec/ssh/keys.ts';
import { sshString, sshUint32 } from '../../codec/ssh/wire.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { certificateKeys } from './certificate-key.ts';
import { hookHostCertificates } from './certificate-hooks.ts';
import { keepEarlyData } from './early-data.ts';
import type { SshIdentity } from './identity.ts';
import { loadSsh2 } from './load-ssh2.ts';
import { assertShape, type ChannelInternals, internalsOf, sendPacket } from './ssh2-internals.ts';

const channelRequest = 98;
const stderrType = 1;

export interface SshServerOptions {
  readonly hostIdentities: readonly SshIdentity[];
  /** What follows `SSH-2.0-`. */
  readonly ident: string;
  /** Plain blobs of the authorities whose user certificates count; asked for at each login. */
  readonly userAuthorities: () => readonly Uint8Array[];
  readonly now?: () => Date;
  /** The rules after those of ssh.md 4.4, 1–8: who may log in as whom. Default: any principal of the certificate. */
  readonly authorize?: (certificate: SshCertificate, username: string, connection: Connection) => boolean;
  /** The login that must be among the principals; default: the SSH user name. `undefined` = any name will do. */
  readonly principalFor?: (username: string, certificate: SshCertificate) => string;
  readonly onConnection: (connection: Connection, certificate: SshCertificate, username: string) => void;
}

/** An SSH server that shows a host certificate and takes user certificates only. Feed it with `serveStream`. */
export async function createSshServer(options: SshServerOptions): Promise<Server> {
  const ssh2 = await loadSsh2();
  const keys = options.hostIdentities.flatMap((identity) =>
    certificateKeys(
      identity,
      (data) => ssh2.utils.parseKey(data) as ReturnType<typeof ssh2.utils.parseKey> & Error,
    ),
  );
  const server = new ssh2.Server({
    hostKeys: keys.map((key) => ({ key })) as never,
    ident: options.ident,
    algorithms: offeredAlgorithms,
    keepaliveInterval: 0,
  });
  const emit = server.emit.bind(server) as (name: string, ...rest: unknown[]) => boolean;
  server.emit = ((name: string, ...rest: unknown[]) => {
    // Fires before the first key exchange is worked on.
    if (name === 'connection') hookHostCertificates(assertShape(rest[0] as Connection));
    return emit(name, ...rest);
  }) as Server['emit'];
  server.on('connection', (connection) => serveConnection(connection, options));
  return server;
}

/** Serves one connection on a stream that need not be a socket; when the far side ends it, this side ends too. */
export function serveStream(server: Server, stream: Duplex): void {
  stream.on('error', () => stream.destroy());
  // ssh2 leaves that to sockets, which do it by themselves.
  stream.once('end', () => stream.end());
  server.injectSocket(stream as never);
}

function serveConnection(connection: Connection, options: SshServerOptions): void {
  let accepted: { certificate: SshCertificate; username: string } | undefined;
  connection.on('error', () => undefined); // `close` follows
  keepEarlyData(connection);
  connection.on('authentication', (context) => {
    const certificate = checkUser(context, options, connection);
    if (!certificate) {
      context.reject(['publickey']);
      return;
    }
    if (context.method === 'publickey' && context.signature)
      accepted = { certificate, username: context.username };
    context.accept();
  });
  connection.once('ready', () => {
    if (accepted) options.onConnection(connection, accepted.certificate, accepted.username);
    else connection.end();
  });
}

/** The certificate when all rules of ssh.md 4.4 hold; the probe without signature must pass the same rules. */
function checkUser(
  context: AuthContext,
  options: SshServerOptions,
  connection: Connection,
): SshCertificate | undefined {
  if (context.method !== 'publickey') return undefined;
  const algorithm = certificateAlgorithm(context.key.algo);
  if (!algorithm) return undefined;
  try {
    const certificate = parseSshCertificate(context.key.data);
    if (certificate.type !== algorithm.blobType || certificate.keyId === '') return undefined;
    const principal = options.principalFor?.(context.username, certificate) ?? context.username;
    const fault = findCertificateFault(certificate, {
      role: 'user',
      authorities: options.userAuthorities(),
      principals: [principal],
      now: options.now?.() ?? new Date(),
    });
    if (fault !== undefined) return undefined;
    if (context.signature && context.blob) {
      // For names it does not know ssh2 hands out the whole signature blob.
      const valid = verifySsh(
        certificate.publicKey,
        context.blob,
        context.signature,
        algorithm.signatureName,
      );
      if (!valid) return undefined;
    }
    const allowed = options.authorize?.(certificate, context.username, connection) ?? true;
    return allowed ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** What a server does with a request that ssh2 does not know: `undefined` leaves it to ssh2. */
export type RequestAnswer = 'success' | 'failure' | 'failure-and-success' | undefined;

/** Sees every channel request of a connection first; `target` is ssh2's session or channel object. */
export function interceptChannelRequests(
  connection: Connection,
  handler: (target: object, name: string, data: unknown) => RequestAnswer,
): void {
  const { _protocol: protocol, _chanMgr: channels } = internalsOf(connection);
  const original = protocol._handlers.CHANNEL_REQUEST;
  protocol._handlers.CHANNEL_REQUEST = (p, id, name, wantReply, data) => {
    const target = channels.get(id);
    const answer = typeof target === 'object' && target !== null ? handler(target, name, data) : undefined;
    if (answer === undefined) {
      original?.(p, id, name, wantReply, data);
      return;
    }
    const outgoing = outgoingId(target as ChannelInternals);
    if (!wantReply || outgoing === undefined) return;
    if (answer !== 'success') p.channelFailure(outgoing);
    if (answer !== 'failure') p.channelSuccess(outgoing);
  };
}

/** Sees every global request first: `true` or bytes answer success, `false` failure, `undefined` leaves it to ssh2. */
export function interceptGlobalRequests(
  connection: Connection,
  handler: (name: string, data: unknown) => boolean | Buffer | undefined,
): void {
  const { _protocol: protocol } = internalsOf(connection);
  const original = protocol._handlers.GLOBAL_REQUEST;
  protocol._handlers.GLOBAL_REQUEST = (p, name, wantReply, data) => {
    const answer = handler(name, data);
    if (answer === undefined) original?.(p, name, wantReply, data);
    else if (wantReply && answer === false) p.requestFailure();
    else if (wantReply) p.requestSuccess(Buffer.isBuffer(answer) ? answer : undefined);
  };
}

/** Sends a channel request without a reply, such as `current-session-id@goteleport.com` (ssh.md 1.10). */
export function sendChannelRequest(
  connection: Connection,
  target: object,
  name: string,
  payload: Buffer,
): void {
  const id = outgoingId(target as ChannelInternals);
  if (id === undefined) return;
  const packet = [Buffer.from([channelRequest]), sshUint32(id), sshString(name), Buffer.from([0]), payload];
  sendPacket(internalsOf(connection)._protocol, Buffer.concat(packet));
}

/** Refuses a channel with a text on its stderr, then closes it: how a proxy tells its reason (ssh.md 1.3). */
export function refuseChannel(
  connection: Connection,
  target: object,
  reject: () => void,
  text: string,
): void {
  const id = outgoingId(target as ChannelInternals);
  const { _protocol: protocol } = internalsOf(connection);
  if (id !== undefined) protocol.channelExtData(id, Buffer.from(`${text}\n`), stderrType);
  reject();
  if (id !== undefined) protocol.channelClose(id);
}

function outgoingId(target: ChannelInternals): number | undefined {
  return (target.outgoing ?? target._chanInfo?.outgoing)?.id;
}
