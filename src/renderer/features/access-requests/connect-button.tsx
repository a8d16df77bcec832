import { useState } from 'react';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Resource } from '../../../shared/contract/resources.ts';
import { accountOf, parseResourceUri, type ResourceUri } from '../../../shared/uri/uri.ts';
import { useSession } from '../../state/store.ts';
import { useOpenShell } from '../../state/use-open-shell.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { RowPopup } from '../../ui/row-popup.tsx';

/** Goes on to what was asked for: a shell, or the popup of a tunnel. */
export function ConnectButton({ resourceUri, name }: { resourceUri: ResourceUri; name: string }) {
  const session = useSession();
  const ui = useUi();
  const openShell = useOpenShell();
  const [isBusy, setBusy] = useState(false);
  const [choice, setChoice] = useState<{ resource: Resource; anchor: HTMLElement }>();
  const connect = (anchor: HTMLElement) => {
    setBusy(true);
    void ui
      .guard(accountOf(resourceUri), async () => {
        const resource = await findResource(session, resourceUri);
        if (resource.kind !== 'server') ui.ask({ kind: 'connect', resource, anchor });
        else if (resource.logins.length > 1) setChoice({ resource, anchor });
        else await openShell(resource.uri, resource.name, resource.logins[0] ?? '');
      })
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Button
        onClick={(event) => connect(event.currentTarget)}
        disabled={isBusy}
        aria-label={`Connect to ${name}`}
      >
        Connect
      </Button>
      {choice && (
        <RowPopup anchor={choice.anchor} label={`Log in to ${name}`} onClose={() => setChoice(undefined)}>
          <div className="menu-group">Log in as</div>
          <div role="menu" aria-label="Log in as">
            {choice.resource.logins.map((login) => (
              <button
                key={login}
                type="button"
                role="menuitem"
                className="menu-item mono"
                onClick={() => {
                  setChoice(undefined);
                  void openShell(choice.resource.uri, choice.resource.name, login);
                }}
              >
                {login}
              </button>
            ))}
          </div>
        </RowPopup>
      )}
    </>
  );
}

const pageSize = 1_000;

/** While requested resources are assumed the list holds little else: a page or two finds it. */
async function findResource(session: ReturnType<typeof useSession>, uri: ResourceUri): Promise<Resource> {
  const kind = parseResourceUri(uri)?.kind;
  let startKey: string | undefined;
  do {
    const page = await session.call((api) =>
      api.resources.list({
        accountUri: accountOf(uri),
        kinds: kind ? [kind] : [],
        search: '',
        sort: { field: 'name', descending: false },
        limit: pageSize,
        ...(startKey === undefined ? {} : { startKey }),
      }),
    );
    const found = page.items.find((item) => item.uri === uri);
    if (found) return found;
    startKey = page.nextKey;
  } while (startKey !== undefined);
  throw new AppError('resource-gone', 'This resource is not in your list.', {
    reason: 'It is gone, or the access to it has ended.',
    action: 'none',
  });
}
