import type { Http2ServerRequest } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import {
  Code,
  ConnectError,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import { isCaller, refusalOf } from './caller-status.ts';
import type { Caller, CallerCheck, ClusterCore } from './core.ts';

const callerKey = createContextKey<CallerCheck>('no-certificate');

/** Judges the client certificate of a call's connection; the handlers read the verdict with `callerOf`. */
export function callerContext(core: ClusterCore, request: Http2ServerRequest) {
  const socket = request.stream.session?.socket as unknown as TLSSocket;
  return createContextValues().set(callerKey, core.checkCaller(socket));
}

/** Throws the status with which a real server turns the caller away. */
export function callerOf(context: HandlerContext): Caller {
  const check = context.values.get(callerKey);
  if (isCaller(check)) return check;
  const refusal = refusalOf(check);
  throw new ConnectError(refusal?.message ?? 'access denied', refusal?.code ?? Code.PermissionDenied);
}
