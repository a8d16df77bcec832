import { grpcCode } from '../main/protocol/codec/grpc-error.ts';
import type { Caller, CallerCheck } from './core.ts';

/** The gRPC status with which a caller is turned away; undefined for a good one. */
export function refusalOf(
  check: CallerCheck,
): { readonly code: number; readonly message: string } | undefined {
  if (check === 'no-certificate')
    return { code: grpcCode.permissionDenied, message: 'access denied: no client certificate' };
  if (check === 'unknown-authority')
    return { code: grpcCode.permissionDenied, message: 'access denied: invalid client certificate' };
  if (check === 'expired') {
    return {
      code: grpcCode.permissionDenied,
      message: 'access denied: client credentials have expired, please relogin.',
    };
  }
  return 'locked' in check ? { code: grpcCode.permissionDenied, message: 'access denied' } : undefined;
}

export function isCaller(check: CallerCheck): check is Caller {
  return typeof check === 'object' && 'userName' in check;
}
