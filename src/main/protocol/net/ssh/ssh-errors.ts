import { AppError, isAppError } from '../../../../shared/errors/app-error.ts';

/** Texts of servers, matched without case, and what they mean (ssh.md 6). First match wins. */
const texts: readonly (readonly [RegExp, (text: string) => AppError])[] = [
  [
    /lock targeting/i,
    (text) =>
      new AppError('lock-in-force', 'An administrator has locked this access.', {
        reason: lastLine(text),
        advice: 'Ask an administrator of the cluster.',
        detail: text,
      }),
  ],
  [
    /file copying via SCP or SFTP/i,
    (text) =>
      new AppError('file-copy-forbidden', 'Files may not be copied on this server.', {
        reason: lastLine(text),
        advice: /node does not allow/i.test(text)
          ? 'The server itself is set up so. Ask an administrator of the cluster.'
          : 'Your roles do not allow it. Ask an administrator of the cluster.',
        detail: text,
      }),
  ],
  [
    /lacking privileges to start unattended session/i,
    (text) =>
      new AppError('file-copy-forbidden', 'Files of this server need a moderated session.', {
        reason: 'Your roles let you be there only while a moderator watches.',
        advice: 'Ask an administrator of the cluster.',
        detail: text,
      }),
  ],
  [
    /client exceeded idle timeout|idle timeout/i,
    (text) =>
      new AppError(
        'connection-lost',
        'The cluster ended the session because nothing was typed for a while.',
        {
          reason: lastLine(text),
          action: 'retry',
          detail: text,
        },
      ),
  ],
  [
    /certificate expired|cert has expired|client credentials have expired/i,
    (text) =>
      new AppError('session-expired', 'Your session on this cluster has expired.', {
        advice: 'Sign in again.',
        action: 'sign-in',
        detail: text,
      }),
  ],
  [
    /too many (concurrent ssh connections|session channels)/i,
    (text) =>
      new AppError('too-many-sessions', 'The cluster allows no more sessions for this user.', {
        reason: lastLine(text),
        advice: 'Close a session and try again.',
        action: 'retry',
        detail: text,
      }),
  ],
  [
    /requires? (per-session )?mfa/i,
    (text) =>
      new AppError('mfa-required', 'This server asks for a second factor for each session.', {
        reason: 'Porthole cannot confirm single sessions yet.',
        advice: 'Use tsh for this server.',
        detail: text,
      }),
  ],
  [
    /ambiguous/i,
    (text) => new AppError('resource-ambiguous', 'Several servers have this name.', { detail: text }),
  ],
  [
    /unable to locate node|not found in inventory|looking up remote cluster|unknown cluster/i,
    (text) =>
      new AppError('resource-gone', 'The cluster does not know this server any more.', {
        advice: 'Refresh the list.',
        action: 'retry',
        detail: text,
      }),
  ],
  [
    /agent is offline|no tunnel connection found|failed to connect to "node" agent|failed to dial target host|connection refused|i\/o timeout/i,
    (text) =>
      new AppError('resource-offline', 'The cluster cannot reach this server.', {
        reason: 'The server is off, or its connection to the cluster is broken.',
        advice: 'Try again in a moment.',
        action: 'retry',
        detail: text,
      }),
  ],
  [
    /no matching host key/i,
    (text) =>
      new AppError('host-untrusted', 'This server could not prove that it is the right one.', {
        reason: "The connection was refused because it has no certificate of the cluster's host authority.",
        advice: 'Tell an administrator of the cluster.',
        detail: text,
      }),
  ],
  [
    /no valid host certificate|expected a host certificate|not in the set of valid principals/i,
    (text) =>
      new AppError('host-untrusted', 'The OpenSSH host has no valid host certificate.', {
        reason: 'The cluster refuses to connect to it.',
        advice: 'Ask an administrator of the cluster.',
        detail: text,
      }),
  ],
  [
    /handshake failed: ssh: unable to authenticate/i,
    (text) =>
      new AppError('login-refused', 'The OpenSSH server refused this login.', {
        reason: 'The account does not exist there, or may not be used.',
        advice: 'Choose another login, or ask an administrator for access.',
        action: 'edit-input',
        detail: text,
      }),
  ],
  [
    /access denied|permission denied/i,
    (text) =>
      new AppError('access-denied', 'The cluster refused access to this server.', {
        reason: lastLine(text),
        detail: text,
      }),
  ],
];

/** The error for a reason that a server gave as text; undefined when the text is not recognised. */
export function errorFromServerText(text: string): AppError | undefined {
  return texts.find(([pattern]) => pattern.test(text))?.[1](text);
}

function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .at(-1) ?? text
  );
}

export function connectionLost(detail: string, cause?: unknown): AppError {
  return new AppError('connection-lost', 'The connection was lost.', {
    reason: 'The network or the other side closed it.',
    advice: 'Check the network and reconnect.',
    action: 'retry',
    detail,
    cause,
  });
}

export function loginRefused(username: string, host: string, detail: string): AppError {
  return new AppError('login-refused', `${host} refused the login ${username}.`, {
    reason: 'Your roles do not allow this login on this server, or the account does not exist there.',
    advice: 'Choose another login, or ask an administrator for access.',
    action: 'edit-input',
    detail,
  });
}

interface Ssh2Error extends Error {
  level?: string;
}

/** Maps what ssh2 emits before or after the connection was ready. */
export function fromSsh2Error(error: Ssh2Error, username: string, host: string): AppError {
  if (isAppError(error)) return error;
  const known = errorFromServerText(error.message);
  if (known) return known;
  switch (error.level) {
    case 'client-authentication':
      return loginRefused(username, host, error.message);
    case 'client-timeout':
      return new AppError('timed-out', `${host} did not answer in time.`, {
        advice: 'Try again.',
        action: 'retry',
        detail: error.message,
        cause: error,
      });
    default:
      return connectionLost(error.message, error);
  }
}

/** A server refused a session or another channel; `text` is what it wrote. */
export function channelRefused(text: string, cause: Error): AppError {
  return (
    errorFromServerText(text) ??
    new AppError('access-denied', 'The server refused to open this session.', {
      reason: text,
      action: 'retry',
      detail: cause.message,
      cause,
    })
  );
}
