import { useState } from 'react';
import { jobRoles } from '../../../shared/contract/usage-data.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import './usage-data.css';

/** What this start asks about usage data; nothing when nothing is due. */
export function UsageQuestions() {
  const usage = useAppState((state) => state.usageData);
  if (usage.asksForJobRole) return <JobRoleDialog />;
  return usage.asksForConsent ? <ConsentDialog collector={usage.collector ?? ''} /> : null;
}

function ConsentDialog({ collector }: { collector: string }) {
  const session = useSession();
  const ui = useUi();
  const answer = (value: 'allow' | 'decline' | 'later') =>
    void session
      .call((api) => api.usageData.answer({ answer: value }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  const look = () => {
    answer('later');
    void session.call((api) => api.workspace.openSettings({ section: 'usage-data' }));
  };
  return (
    <Dialog
      title="Anonymous usage data"
      description="May Porthole send anonymized usage events, so that its makers learn which parts are used?"
      onClose={() => answer('later')}
    >
      <ul className="usage-points">
        <li>Names of clusters and users leave this machine only as values that cannot be turned back.</li>
        <li>Never sent: resources, addresses, commands, files, what you type or see.</li>
        <li>You can look at every event before it goes, and turn this off at any time in the settings.</li>
      </ul>
      <p className="field-label">
        Events go to <span className="mono">{collector}</span>. Nothing was made or sent so far.
      </p>
      <div className="actions">
        <Button kind="quiet" onClick={look}>
          Look at the events first
        </Button>
        <span className="grow" />
        <Button onClick={() => answer('decline')}>Decline</Button>
        <Button kind="primary" autoFocus onClick={() => answer('allow')}>
          Allow
        </Button>
      </div>
    </Dialog>
  );
}

function JobRoleDialog() {
  const session = useSession();
  const ui = useUi();
  const [role, setRole] = useState('');
  const [other, setOther] = useState('');
  const value = (role === 'Other' ? other : role).trim();
  const answer = (jobRole?: string) =>
    void session
      .call((api) => api.usageData.answerJobRole(jobRole === undefined ? {} : { jobRole }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <Dialog
      title="Your role"
      description="Which role describes you best? It helps to tell what Porthole is used for."
      onClose={() => answer()}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (value !== '') answer(value);
        }}
      >
        <fieldset className="usage-roles">
          <legend className="hidden-text">Your role</legend>
          {[...jobRoles, 'Other'].map((name) => (
            <label key={name} className="line">
              <input type="radio" name="job-role" checked={role === name} onChange={() => setRole(name)} />
              {name}
            </label>
          ))}
        </fieldset>
        <Field
          label="Another role"
          maxLength={200}
          value={other}
          onFocus={() => setRole('Other')}
          onChange={(event) => {
            setRole('Other');
            setOther(event.target.value);
          }}
        />
        <div className="actions">
          <Button onClick={() => answer()}>Skip</Button>
          <Button kind="primary" type="submit" disabled={value === ''}>
            Send
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
