import { clusterOf, parseAccountUri } from '../../shared/uri/uri.ts';
import { toAppError } from '../client/api.ts';
import { SignInDialog } from '../features/clusters/sign-in-dialog.tsx';
import { SecondFactorDialog } from '../features/prompts/second-factor-dialog.tsx';
import { useAppState, useSession } from '../state/store.ts';
import { useUi } from '../state/ui-state.ts';

/** What the main process needs of a person: one at a time, the oldest first. A prompt that is gone closes its dialog. */
export function PromptHost() {
  const session = useSession();
  const ui = useUi();
  const prompts = useAppState((state) => state.prompts);
  const prompt = Object.values(prompts).sort((a, b) => a.askedAt.localeCompare(b.askedAt))[0];
  if (!prompt) return null;
  if (prompt.kind === 'second-factor') return <SecondFactorDialog key={prompt.id} prompt={prompt} />;
  return (
    <SignInDialog
      key={prompt.id}
      request={{
        kind: 'sign-in',
        clusterUri: clusterOf(prompt.accountUri),
        userName: parseAccountUri(prompt.accountUri)?.userName ?? '',
        reason: prompt.reason,
      }}
      onCancel={() =>
        void session
          .call((api) => api.prompts.cancel({ promptId: prompt.id }))
          .catch((error: unknown) => ui.report(toAppError(error)))
      }
    />
  );
}
