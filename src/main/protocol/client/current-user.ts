import { createClient, type Transport } from '@connectrpc/connect';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import type { UserV2 } from '../codec/gen/types/types_pb.js';
import { UsersService } from '../codec/gen/users/users_service_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import { callError } from './auth-connection.ts';

/** The caller with its traits, by the new call or, where that is missing, the old one (auth-api.md 5.2). */
export async function currentUser(transport: Transport, signal?: AbortSignal): Promise<UserV2 | undefined> {
  const options = signal ? { signal } : {};
  try {
    return (await createClient(UsersService, transport).getUser({ currentUser: true }, options)).user;
  } catch (error) {
    const { status, error: coded } = callError(error);
    if (status !== grpcCode.unimplemented) throw coded;
  }
  try {
    return await createClient(AuthService, transport).getCurrentUser({}, options);
  } catch (error) {
    throw callError(error).error;
  }
}
