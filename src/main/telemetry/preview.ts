import type { UsageEventInfo } from '../../shared/contract/usage-data.ts';
import { type AccountUri, formatAccountUri } from '../../shared/uri/uri.ts';
import { describeEvent, type EncodeOptions, type HashedNames } from './encode.ts';
import type { UsageEvent } from './events.ts';

/** Stand for names when no cluster is at hand: the form of real ones, made from nothing. */
export const exampleNames: HashedNames = {
  clusterName: `${'A'.repeat(43)}=`,
  userName: `${'B'.repeat(43)}=`,
};

const nobody = formatAccountUri({ address: 'cluster.example:443', userName: 'user' });

/** One of each kind, made as real ones are, with the values that they usually carry. */
export function makeExamples(options: EncodeOptions): UsageEventInfo[] {
  return exampleEvents(nobody).map((event) => {
    const names = event.kind === 'user_job_role_update' ? undefined : options.names;
    return describeEvent(event.kind, 'example', event, { ...options, names }).info;
  });
}

function exampleEvents(account: AccountUri): readonly UsageEvent[] {
  return [
    { kind: 'cluster_login', account, connectorType: 'local' },
    {
      kind: 'protocol_use',
      account,
      protocol: 'ssh',
      origin: 'resource_table',
      accessThrough: 'proxy_service',
    },
    { kind: 'access_request_create', account, requestKind: 'role' },
    { kind: 'access_request_review', account },
    { kind: 'access_request_assume_role', account },
    { kind: 'file_transfer_run', account, isUpload: true },
    { kind: 'user_job_role_update', jobRole: 'Software Engineer' },
    { kind: 'connect_my_computer_setup', account },
    { kind: 'connect_my_computer_agent_start', account },
  ];
}
