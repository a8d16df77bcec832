import { createContext, useContext } from 'react';
import type { Resource } from '../../shared/contract/resources.ts';
import type { UsageOrigin } from '../../shared/contract/usage-data.ts';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri, ClusterUri, RequestUri, ResourceUri } from '../../shared/uri/uri.ts';

/** A dialog that needs an answer to go on. */
export type DialogRequest =
  | { readonly kind: 'add-cluster' }
  | {
      readonly kind: 'sign-in';
      readonly clusterUri: ClusterUri;
      readonly userName: string;
      /** Why it is asked; what happens afterwards. */
      readonly reason?: string;
      readonly afterwards?: (account: AccountUri) => void;
    }
  | {
      /** Opens a tunnel; at the row that asks for it, or as a dialog. */
      readonly kind: 'connect';
      readonly resource: Resource;
      readonly anchor?: HTMLElement;
      /** For usage data; absent = the list of resources. */
      readonly origin?: UsageOrigin;
    }
  | {
      readonly kind: 'paste';
      readonly text: string;
      readonly onPaste: () => void;
      readonly onClosed: () => void;
    }
  /** Sends what is in the account's cart. */
  | { readonly kind: 'request-access'; readonly accountUri: AccountUri }
  | { readonly kind: 'assume'; readonly requestUri: RequestUri }
  | { readonly kind: 'explain'; readonly resourceUri: ResourceUri; readonly name: string }
  /** The second factors of a user. */
  | { readonly kind: 'devices'; readonly accountUri: AccountUri }
  | {
      readonly kind: 'close-with-transfers';
      readonly tabId: string;
      readonly transferIds: readonly string[];
    }
  | { readonly kind: 'shortcuts' };

/** What a notice offers to do. */
export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface UiActions {
  ask(request: DialogRequest): void;
  closeDialog(): void;
  openPalette(): void;
  /** A failure that has no place of its own in the page. */
  report(error: AppError): void;
  notify(text: string, action?: NoticeAction): void;
  /** Takes a notice away that is not so any more. */
  retract(text: string): void;
  /** Runs a call; when it needs a sign-in of `account`, asks for it in place and then tries once more. */
  guard(account: AccountUri | undefined, work: () => Promise<void>): Promise<void>;
}

export const UiContext = createContext<UiActions | undefined>(undefined);

export function useUi(): UiActions {
  const ui = useContext(UiContext);
  if (!ui) throw new Error('There is no UI context above this component.');
  return ui;
}
