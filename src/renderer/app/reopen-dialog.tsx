import { toAppError } from '../client/api.ts';
import { useSession } from '../state/store.ts';
import { useUi } from '../state/ui-state.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** After two unexpected ends in a row: what was open may be what ended it. */
export function ReopenDialog({ offer }: { offer: { readonly tabs: number } }) {
  const session = useSession();
  const ui = useUi();
  const answer = (opens: boolean) =>
    void session
      .call((api) => api.workspace.answerReopen({ opens }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  const tabs = offer.tabs === 1 ? 'One tab was' : `${offer.tabs} tabs were`;
  return (
    <Dialog
      title="Open the last tabs again?"
      description={`Porthole ended unexpectedly twice in a row. ${tabs} open.`}
      onClose={() => answer(false)}
    >
      <div className="actions">
        <Button onClick={() => answer(false)}>Leave them closed</Button>
        <Button kind="primary" autoFocus onClick={() => answer(true)}>
          Open them
        </Button>
      </div>
    </Dialog>
  );
}
