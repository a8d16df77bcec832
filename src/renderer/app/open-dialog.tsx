import { AssumeDialog } from '../features/access-requests/assume-dialog.tsx';
import { ExplainDialog } from '../features/access-requests/explain-dialog.tsx';
import { RequestForm } from '../features/access-requests/request-form.tsx';
import { AddClusterDialog } from '../features/clusters/add-cluster-dialog.tsx';
import { SignInDialog } from '../features/clusters/sign-in-dialog.tsx';
import { DevicesDialog } from '../features/devices/devices-dialog.tsx';
import { CloseWithTransfersDialog } from '../features/files/close-dialog.tsx';
import { PasteDialog } from '../features/terminal/paste-dialog.tsx';
import { ConnectPopup } from '../features/tunnels/connect-popup.tsx';
import type { DialogRequest } from '../state/ui-state.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';

/** The dialog that was asked for. */
export function OpenDialog({ request }: { request: DialogRequest | undefined }) {
  switch (request?.kind) {
    case 'add-cluster':
      return <AddClusterDialog />;
    case 'sign-in':
      return <SignInDialog key={`${request.clusterUri}/${request.userName}`} request={request} />;
    case 'connect':
      return <ConnectPopup key={request.resource.uri} request={request} />;
    case 'paste':
      return <PasteDialog request={request} />;
    case 'request-access':
      return <RequestForm key={request.accountUri} accountUri={request.accountUri} />;
    case 'assume':
      return <AssumeDialog key={request.requestUri} requestUri={request.requestUri} />;
    case 'explain':
      return (
        <ExplainDialog key={request.resourceUri} resourceUri={request.resourceUri} name={request.name} />
      );
    case 'devices':
      return <DevicesDialog key={request.accountUri} accountUri={request.accountUri} />;
    case 'close-with-transfers':
      return <CloseWithTransfersDialog tabId={request.tabId} transferIds={request.transferIds} />;
    case 'shortcuts':
      return <ShortcutsDialog />;
    default:
      return null;
  }
}
