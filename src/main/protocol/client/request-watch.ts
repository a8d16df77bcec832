import { createClient, type Transport } from '@connectrpc/connect';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type AccessRequest, toAccessRequest } from '../codec/access-request.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import { callError } from './auth-connection.ts';

export type RequestEvent =
  /** The stream is ready; what happens from now on is told. `all`: other people's requests too. */
  | { readonly kind: 'ready'; readonly all: boolean }
  | { readonly kind: 'put'; readonly request: AccessRequest }
  | { readonly kind: 'delete'; readonly id: string };

const operations = { init: 0, put: 1, delete: 2 } as const;
const kind = 'access_request';

/**
 * The stream of changes of access requests (auth-api.md 12): the user's own, and with `all` everything the server lets this
 * user read. It ends with a coded error, never quietly, but for an abort.
 */
export async function* watchRequests(
  transport: Transport,
  options: { readonly userName: string; readonly all: boolean },
  signal: AbortSignal,
): AsyncGenerator<RequestEvent, void, void> {
  const auth = createClient(AuthService, transport);
  const filter = options.all ? undefined : { user: options.userName };
  try {
    const stream = auth.watchEvents(
      { kinds: [{ kind, ...(filter ? { filter } : {}) }] },
      // It stays open; the connection's own pings notice a dead one.
      { signal, timeoutMs: 0 },
    );
    for await (const event of stream) {
      const { resource } = event;
      if (event.type === operations.init) yield { kind: 'ready', all: options.all };
      else if (event.type === operations.put && resource.case === 'accessRequest')
        yield { kind: 'put', request: toAccessRequest(resource.value) };
      else if (
        event.type === operations.delete &&
        resource.case === 'resourceHeader' &&
        resource.value.metadata
      )
        yield { kind: 'delete', id: resource.value.metadata.name };
    }
  } catch (error) {
    if (signal.aborted) return;
    throw callError(error).error;
  }
  if (!signal.aborted) throw new AppError('connection-lost', 'The cluster ended the stream of changes.');
}
