import { createClient, type Transport } from '@connectrpc/connect';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import type { RoleV6 } from '../codec/gen/types/types_pb.js';
import { callError } from './auth-connection.ts';

const maxRoles = 5_000;

/** The caller's roles on the cluster of this connection, with those of assumed requests (auth-api.md 5.3). */
export async function currentRoles(transport: Transport, signal?: AbortSignal): Promise<RoleV6[]> {
  try {
    const roles: RoleV6[] = [];
    for await (const role of createClient(AuthService, transport).getCurrentUserRoles(
      {},
      signal ? { signal } : {},
    )) {
      roles.push(role);
      if (roles.length >= maxRoles) break;
    }
    return roles;
  } catch (error) {
    throw callError(error).error;
  }
}
