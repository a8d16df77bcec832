/** Where versions differ about second factors (auth-api.md 8, login.md 2.5). */
export interface MfaVersionRules {
  /** Challenges carry a scope, and an answer counts for that scope alone. */
  readonly scopes: boolean;
  /** Certificates after a second factor come from a stream of their own. */
  readonly singleUseStream: boolean;
  /** `GenerateUserCerts` takes an answer. */
  readonly answerInRequest: boolean;
  /** The stream says when no second factor is needed, instead of asking all the same. */
  readonly tellsWhenNotNeeded: boolean;
  readonly oneTimeCodesForSessions: boolean;
  /** Administrative calls ask for a second factor where only security keys are allowed. */
  readonly adminActions: boolean;
}

export const mfaVersionRules: Readonly<Record<'v11' | 'v15' | 'v18', MfaVersionRules>> = {
  v11: {
    scopes: false,
    singleUseStream: true,
    answerInRequest: false,
    tellsWhenNotNeeded: false,
    oneTimeCodesForSessions: true,
    adminActions: false,
  },
  v15: {
    scopes: true,
    singleUseStream: true,
    answerInRequest: true,
    tellsWhenNotNeeded: true,
    oneTimeCodesForSessions: true,
    adminActions: true,
  },
  v18: {
    scopes: true,
    singleUseStream: false,
    answerInRequest: true,
    tellsWhenNotNeeded: true,
    oneTimeCodesForSessions: false,
    adminActions: true,
  },
};

export const scopes = {
  unspecified: 0,
  login: 1,
  passwordlessLogin: 2,
  headlessLogin: 3,
  manageDevices: 4,
  accountRecovery: 5,
  userSession: 6,
  adminAction: 7,
  changePassword: 8,
} as const;

const names = [
  'UNSPECIFIED',
  'LOGIN',
  'PASSWORDLESS_LOGIN',
  'HEADLESS_LOGIN',
  'MANAGE_DEVICES',
  'ACCOUNT_RECOVERY',
  'USER_SESSION',
  'ADMIN_ACTION',
  'CHANGE_PASSWORD',
];

export function scopeName(scope: number): string {
  return names[scope] === undefined ? String(scope) : `CHALLENGE_SCOPE_${names[scope]}`;
}
