import type { AccountUri } from '../../shared/uri/uri.ts';
import type { UsageOrigin } from '../../shared/contract/usage-data.ts';

/** Everything that can be reported (telemetry.md 6). Closed: a new kind is a reviewed change. No name, host or path fits in. */
export type UsageEvent =
  | {
      readonly kind: 'cluster_login';
      readonly account: AccountUri;
      readonly connectorType: 'local' | 'passwordless' | 'github' | 'saml' | 'oidc';
    }
  | {
      readonly kind: 'protocol_use';
      readonly account: AccountUri;
      readonly protocol: 'ssh' | 'kube' | 'db' | 'app' | 'desktop';
      readonly origin: UsageOrigin;
      readonly accessThrough: 'proxy_service' | 'local_proxy';
    }
  | {
      readonly kind: 'access_request_create';
      readonly account: AccountUri;
      readonly requestKind: 'role' | 'resource';
    }
  | { readonly kind: 'access_request_review'; readonly account: AccountUri }
  | { readonly kind: 'access_request_assume_role'; readonly account: AccountUri }
  | { readonly kind: 'file_transfer_run'; readonly account: AccountUri; readonly isUpload: boolean }
  | { readonly kind: 'user_job_role_update'; readonly jobRole: string }
  | {
      readonly kind: 'connect_my_computer_setup';
      readonly account: AccountUri;
      /** Absent = it worked. */
      readonly failedStep?: MyComputerStep;
    }
  | { readonly kind: 'connect_my_computer_agent_start'; readonly account: AccountUri };

export type MyComputerStep =
  | 'downloading_agent'
  | 'verifying_agent'
  | 'setting_up_role'
  | 'generating_config_file'
  | 'joining_cluster';

/** Facts of this device; they go out with `cluster_login` alone. */
export interface DeviceFacts {
  readonly arch: string;
  readonly os: string;
  readonly osVersion: string;
  readonly appVersion: string;
}
