import { AppError } from '../../../../shared/errors/app-error.ts';

/** The text of an error body of Teleport's web API (login.md 7.1); undefined when the body is not one. */
export function errorTextOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return undefined;
    const { messages, error, message } = value as Record<string, unknown>;
    if (Array.isArray(messages) && typeof messages.at(-1) === 'string') return messages.at(-1) as string;
    if (
      typeof error === 'object' &&
      error !== null &&
      'message' in error &&
      typeof error.message === 'string'
    )
      return error.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

type Make = (detail: string) => AppError;
const rules: readonly (readonly [RegExp, Make])[] = [
  [
    /too many incorrect attempts/i,
    (detail) =>
      new AppError('too-many-attempts', 'There were too many wrong attempts.', {
        reason: 'The cluster blocks this user for a while.',
        advice: 'Wait 20 to 30 minutes, then try again.',
        detail,
      }),
  ],
  [
    /lock targeting/i,
    (detail) =>
      new AppError('user-locked', 'An administrator has locked this user.', {
        reason: detail,
        advice: 'Ask an administrator of the cluster.',
        detail,
      }),
  ],
  [
    /password.*(expired|must be changed|needs to be reset)|expired.*password/i,
    (detail) =>
      new AppError('password-expired', 'This password has expired.', {
        reason: 'The cluster asks for a new password before the next sign-in.',
        advice: "Change it in the cluster's web page, then sign in here.",
        detail,
      }),
  ],
  [
    /missing second factor/i,
    (detail) =>
      new AppError('code-required', 'This user signs in with a one-time code.', {
        advice: 'Type the code that your authenticator shows.',
        action: 'edit-input',
        detail,
      }),
  ],
  [
    /password or second factor|invalid totp|invalid one.time/i,
    (detail) =>
      new AppError('code-wrong', 'The one-time code was not accepted.', {
        reason: 'It is mistyped, was used before, or is too old.',
        advice: "Wait for the next code. If it fails again, check this machine's clock.",
        action: 'edit-input',
        detail,
      }),
  ],
  [
    /invalid credentials|invalid username/i,
    (detail) =>
      new AppError('credentials-wrong', 'The user name or the password is wrong.', {
        advice: 'Check both. After several wrong attempts the cluster blocks the user for a while.',
        action: 'edit-input',
        detail,
      }),
  ],
  [
    /private key policy/i,
    (detail) =>
      new AppError('hardware-key-required', 'This cluster asks for a key in a hardware token.', {
        reason: 'Porthole cannot use hardware keys yet.',
        advice: 'Use tsh for this cluster.',
        detail,
      }),
  ],
  [
    /local auth(entication)? (is )?disabled/i,
    (detail) =>
      new AppError('sign-in-kind-unsupported', 'This cluster does not take passwords.', {
        reason: 'It asks for single sign-on, which Porthole cannot use yet.',
        detail,
      }),
  ],
  [
    /cannot request a certificate for/i,
    (detail) =>
      new AppError('access-denied', 'This user has no right that lasts long enough to sign in.', {
        reason: detail,
        advice: 'Ask an administrator of the cluster.',
        detail,
      }),
  ],
];

/** The error for an answer of the web API whose status is not 200. */
export function errorFromHttp(status: number, body: string): AppError {
  const text = errorTextOf(body);
  const detail = `HTTP ${status}: ${text ?? body.slice(0, 500)}`;
  if (status === 429) {
    return new AppError('rate-limited', 'The cluster asks to slow down.', {
      reason: text ?? 'It takes only a few requests a minute from one address.',
      advice: 'Wait a few seconds and try again.',
      action: 'retry',
      detail,
    });
  }
  const rule = text === undefined ? undefined : rules.find(([pattern]) => pattern.test(text));
  if (rule && text !== undefined) return rule[1](text);
  if (status === 403) {
    return new AppError('access-denied', 'The cluster refused this.', { reason: text, detail });
  }
  if (text === undefined) return notTeleport(detail);
  return new AppError('server-error', 'The cluster answered with an error.', {
    reason: text,
    advice: 'Try again. If it stays, tell an administrator of the cluster.',
    action: 'retry',
    detail,
  });
}

export function notTeleport(detail: string): AppError {
  return new AppError('not-teleport', 'This is not a Teleport proxy.', {
    reason: 'Something answered, but not as Teleport does.',
    advice:
      "Check the address: it is the one of the cluster's web page, for example teleport.example.com:443.",
    action: 'edit-input',
    detail,
  });
}
