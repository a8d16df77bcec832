import { Code, ConnectError } from '@connectrpc/connect';

// The status codes with which a real server refuses (auth-api.md 1.6).

export const denied = (message: string) => new ConnectError(message, Code.PermissionDenied);
export const invalid = (message: string) => new ConnectError(message, Code.InvalidArgument);
export const notFound = (message: string) => new ConnectError(message, Code.NotFound);
export const alreadyExists = (message: string) => new ConnectError(message, Code.AlreadyExists);
export const unimplemented = (message: string) => new ConnectError(message, Code.Unimplemented);

/** What an old or a new server says to a method of another version. */
export const unknownMethod = (method: string) =>
  unimplemented(`unknown method ${method} for service proto.AuthService`);
