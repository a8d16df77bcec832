import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri, ClusterUri, RequestUri } from '../uri/uri.ts';
import { RequestFollowing, RequestInfo, RequestNotice } from './access-requests.ts';
import { AppInfo } from './app.ts';
import { AccountInfo, ClusterInfo } from './clusters.ts';
import { FileEdit, FilePane } from './files.ts';
import { EditId, NoticeId, PaneId, PromptId, ShellId, TransferId, TunnelGroupId, TunnelId } from './ids.ts';
import { PromptInfo } from './prompts.ts';
import { RequestCart } from './request-cart.ts';
import { SettingsInfo } from './settings.ts';
import { ShellInfo } from './shells.ts';
import { TransferInfo } from './transfers.ts';
import { TunnelGroup, TunnelInfo } from './tunnels.ts';
import { UsageDataInfo } from './usage-data.ts';
import { WorkspaceInfo } from './workspace.ts';

/** All that the main process pushes. Maps are keyed by the thing's own URI or id. */
export const AppState = z.object({
  app: AppInfo,
  clusters: z.record(ClusterUri, ClusterInfo),
  accounts: z.record(AccountUri, AccountInfo),
  shells: z.record(ShellId, ShellInfo),
  tunnels: z.record(TunnelId, TunnelInfo),
  tunnelGroups: z.record(TunnelGroupId, TunnelGroup),
  prompts: z.record(PromptId, PromptInfo),
  /** The newest of each account: its own, and those that wait for its review. Bounded; `requests.list` has the rest. */
  requests: z.record(RequestUri, RequestInfo),
  /** How the requests of each account are followed. */
  followings: z.record(AccountUri, RequestFollowing),
  notices: z.record(NoticeId, RequestNotice),
  /** Absent = empty. */
  carts: z.record(AccountUri, RequestCart),
  filePanes: z.record(PaneId, FilePane),
  /** Files that are open in an editor of this machine. */
  fileEdits: z.record(EditId, FileEdit),
  /** Bounded: finished ones leave after 200. */
  transfers: z.record(TransferId, TransferInfo),
  settings: SettingsInfo,
  usageData: UsageDataInfo,
  workspace: WorkspaceInfo,
});
export type AppState = z.infer<typeof AppState>;

/** One replaced value; `null` removes the key. */
export const StateChange = z.discriminatedUnion('slice', [
  z.object({ slice: z.literal('app'), value: AppInfo }),
  z.object({ slice: z.literal('clusters'), key: ClusterUri, value: ClusterInfo.nullable() }),
  z.object({ slice: z.literal('accounts'), key: AccountUri, value: AccountInfo.nullable() }),
  z.object({ slice: z.literal('shells'), key: ShellId, value: ShellInfo.nullable() }),
  z.object({ slice: z.literal('tunnels'), key: TunnelId, value: TunnelInfo.nullable() }),
  z.object({ slice: z.literal('tunnelGroups'), key: TunnelGroupId, value: TunnelGroup.nullable() }),
  z.object({ slice: z.literal('prompts'), key: PromptId, value: PromptInfo.nullable() }),
  z.object({ slice: z.literal('requests'), key: RequestUri, value: RequestInfo.nullable() }),
  z.object({ slice: z.literal('followings'), key: AccountUri, value: RequestFollowing.nullable() }),
  z.object({ slice: z.literal('notices'), key: NoticeId, value: RequestNotice.nullable() }),
  z.object({ slice: z.literal('carts'), key: AccountUri, value: RequestCart.nullable() }),
  z.object({ slice: z.literal('filePanes'), key: PaneId, value: FilePane.nullable() }),
  z.object({ slice: z.literal('fileEdits'), key: EditId, value: FileEdit.nullable() }),
  z.object({ slice: z.literal('transfers'), key: TransferId, value: TransferInfo.nullable() }),
  z.object({ slice: z.literal('settings'), value: SettingsInfo }),
  z.object({ slice: z.literal('usageData'), value: UsageDataInfo }),
  z.object({ slice: z.literal('workspace'), value: WorkspaceInfo }),
]);
export type StateChange = z.infer<typeof StateChange>;

export const StateEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), state: AppState }),
  z.object({ kind: z.literal('patch'), changes: z.array(StateChange).min(1) }),
]);
export type StateEvent = z.infer<typeof StateEvent>;

export const state = {
  /** First a snapshot, then patches, until the caller stops. */
  watch: oc.output(eventIterator(StateEvent)),
};
