import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { PromptInfo } from '../../../shared/contract/prompts.ts';
import { clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';

type SecondFactorPrompt = Extract<PromptInfo, { kind: 'second-factor' }>;

/** Asks for a second factor for one act. What was typed stays when the cluster refuses it. */
export function SecondFactorDialog({ prompt }: { prompt: SecondFactorPrompt }) {
  const session = useSession();
  const ui = useUi();
  const cluster = useAppState((state) => state.clusters[clusterOf(prompt.accountUri)]);
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const { id: promptId, problem, isBusy } = prompt;
  useEffect(() => {
    if (problem) field.current?.select();
  }, [problem]);
  const call = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const oneTimeCode = code.replace(/\s/g, '');
    if (oneTimeCode !== '' && !isBusy) call((api) => api.prompts.answerWithCode({ promptId, oneTimeCode }));
  };
  const cancel = () => call((api) => api.prompts.cancel({ promptId }));
  const user = parseAccountUri(prompt.accountUri)?.userName ?? '';
  return (
    <Dialog
      title={`Confirm it is you on ${cluster?.name ?? 'the cluster'}`}
      description={prompt.reason}
      onClose={cancel}
    >
      <form className="stack" onSubmit={submit}>
        {prompt.oneTimeCode && (
          <Field
            ref={field}
            label="One-time code"
            className="mono"
            inputMode="numeric"
            maxLength={20}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            autoComplete="one-time-code"
            autoFocus
            hint={`Six digits of the authenticator of ${user}.`}
          />
        )}
        {!prompt.oneTimeCode && !prompt.securityKey && (
          <p className="note">The cluster offers no second factor that Porthole can use.</p>
        )}
        {problem && <Problem error={problem} />}
        <div className="actions">
          <Button onClick={cancel}>Cancel</Button>
          {prompt.securityKey && (
            <Button
              kind={prompt.oneTimeCode ? 'plain' : 'primary'}
              // Not `disabled`: the focus would be lost, and Esc with it.
              aria-disabled={isBusy}
              autoFocus={!prompt.oneTimeCode}
              onClick={() => !isBusy && call((api) => api.prompts.answerWithSecurityKey({ promptId }))}
            >
              {isBusy && !prompt.oneTimeCode ? 'Touch the key…' : 'Use security key'}
            </Button>
          )}
          {prompt.oneTimeCode && (
            <Button type="submit" kind="primary" disabled={isBusy}>
              {isBusy ? 'Checking…' : 'Confirm'}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
