import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import type { TunnelChoices, TunnelTarget } from '../../../shared/contract/tunnels.ts';
import { type AppError, isAppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { accountOf, clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { type DialogRequest, useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { RowPopup } from '../../ui/row-popup.tsx';
import { DatabaseForm, type DatabaseChoice } from './database-form.tsx';
import { TargetPorts } from './target-ports.tsx';
import './tunnels.css';

type ConnectRequest = Extract<DialogRequest, { kind: 'connect' }>;

/** Opens a tunnel to a resource: asks what has to be chosen, and says here why it cannot be. */
export function ConnectPopup({ request }: { request: ConnectRequest }) {
  const { resource } = request;
  const ui = useUi();
  const { choices, error, isOpening, open, load } = useConnect(request);
  return (
    <Surface request={request} onClose={ui.closeDialog}>
      {error && (
        <Problem error={toErrorInfo(error)}>
          <ErrorButtons error={error} onRetry={load} onPort={(port) => open(undefined, port)} />
        </Problem>
      )}
      {!choices && !error && <p className="muted connect-progress">Looking up {resource.name}…</p>}
      {choices && resource.kind === 'database' && (
        <DatabaseForm choices={choices} isBusy={isOpening} onChoose={(choice) => open(choice)} />
      )}
      {choices && resource.kind === 'app' && choices.targetPorts.length > 0 && (
        <TargetPorts
          ranges={choices.targetPorts}
          isBusy={isOpening}
          onChoose={(targetPort) => open({ targetPort })}
        />
      )}
    </Surface>
  );
}

function Surface(props: { request: ConnectRequest; onClose: () => void; children: ReactNode }) {
  const { resource, anchor } = props.request;
  const title = `Connect to ${resource.name}`;
  if (!anchor) {
    return (
      <Dialog title={title} onClose={props.onClose}>
        <div className="stack connect">{props.children}</div>
      </Dialog>
    );
  }
  return (
    <RowPopup anchor={anchor} label={title} onClose={props.onClose}>
      <div className="connect connect-popup stack-tight">{props.children}</div>
    </RowPopup>
  );
}

function ErrorButtons(props: { error: AppError; onRetry: () => void; onPort: (port: number) => void }) {
  const { error } = props;
  const free = Number(error.facts?.['freePort']);
  if (error.code === 'port-taken' && free > 0) {
    return (
      <Button kind="primary" onClick={() => props.onPort(free)}>
        Use port {free}
      </Button>
    );
  }
  return error.action === 'retry' ? <Button onClick={props.onRetry}>Try again</Button> : null;
}

type Choice = Partial<DatabaseChoice> & { readonly targetPort?: number };

function useConnect(request: ConnectRequest) {
  const { resource } = request;
  const session = useSession();
  const ui = useUi();
  const [choices, setChoices] = useState<TunnelChoices>();
  const [error, setError] = useState<AppError>();
  const [isOpening, setOpening] = useState(false);
  const lastChoice = useRef<Choice>({});
  const isShown = useRef(true);

  const fail = useCallback(
    (failure: unknown) => {
      const known = toAppError(failure);
      if (isAppError(known, 'session-expired', 'signed-out')) {
        const account = accountOf(resource.uri);
        ui.ask({
          kind: 'sign-in',
          clusterUri: clusterOf(account),
          userName: parseAccountUri(account)?.userName ?? '',
          reason: `${known.message} After signing in Porthole goes on.`,
          afterwards: () => ui.ask(request),
        });
      } else if (isShown.current) setError(known);
      else if (!isAppError(known, 'cancelled')) ui.report(known);
    },
    [ui, resource.uri, request],
  );
  const open = useCallback(
    async (choice: Choice = lastChoice.current, port?: number) => {
      lastChoice.current = choice;
      setError(undefined);
      setOpening(true);
      try {
        await session.call((api) =>
          api.tunnels.open({
            target: targetOf(resource, choice),
            ...(choice.databaseName === undefined ? {} : { databaseName: choice.databaseName }),
            ...(port === undefined ? {} : { port }),
            ...(request.origin === undefined ? {} : { origin: request.origin }),
          }),
        );
        if (isShown.current) ui.closeDialog();
      } catch (failure) {
        fail(failure);
      } finally {
        setOpening(false);
      }
    },
    [session, ui, resource, request.origin, fail],
  );
  const load = useCallback(async () => {
    setError(undefined);
    if (resource.kind === 'kubernetes') {
      await open({});
      return;
    }
    try {
      const found = await session.call((api) => api.tunnels.choices({ resourceUri: resource.uri }));
      if (!isShown.current) return;
      const only = onlyChoice(resource, found);
      if (only) await open(only);
      else setChoices(found);
    } catch (failure) {
      fail(failure);
    }
  }, [session, resource, open, fail]);
  useEffect(() => {
    isShown.current = true;
    void load();
    return () => {
      isShown.current = false;
    };
  }, [load]);
  return {
    choices,
    error,
    isOpening,
    open: (choice?: Choice, port?: number) => void open(choice, port),
    load: () => void load(),
  };
}

/** What is meant when there is nothing to choose; undefined when there is. */
function onlyChoice(resource: Resource, choices: TunnelChoices): Choice | undefined {
  if (resource.kind === 'app') {
    const [first, second] = choices.targetPorts;
    if (!first) return {};
    return !second && first.from === first.to ? { targetPort: first.from } : undefined;
  }
  const { needsDatabaseUser, databaseUsers, anyDatabaseUser, databaseNames, anyDatabaseName } = choices;
  const isFree = anyDatabaseUser || anyDatabaseName || databaseNames.length > 0 || databaseUsers.length > 0;
  return isFree || needsDatabaseUser ? undefined : {};
}

function targetOf(resource: Resource, choice: Choice): TunnelTarget {
  const resourceUri = resource.uri;
  if (resource.kind === 'database')
    return { kind: 'database', resourceUri, databaseUser: choice.databaseUser ?? '' };
  if (resource.kind === 'kubernetes') return { kind: 'kubernetes', resourceUri };
  return {
    kind: 'app',
    resourceUri,
    ...(choice.targetPort === undefined ? {} : { targetPort: choice.targetPort }),
  };
}
