import { useCallback, useEffect, useRef, useState } from 'react';
import type { Resource } from '../../../shared/contract/resources.ts';
import type { TunnelChoices, TunnelTarget } from '../../../shared/contract/tunnels.ts';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { accountOf, clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { type DialogRequest, useUi } from '../../state/ui-state.ts';
import type { DatabaseChoice } from './database-form.tsx';

export type ConnectRequest = Extract<DialogRequest, { kind: 'connect' }>;

/** What a person chose for a resource. */
export type Choice = Partial<DatabaseChoice> & { readonly targetPort?: number };

/** What may be chosen for a resource, and the call that opens its tunnel; a sign-in that is needed comes between. */
export function useConnect(request: ConnectRequest) {
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
