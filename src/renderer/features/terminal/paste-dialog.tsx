import { useUi, type DialogRequest } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

const shownLines = 12;

/** Several lines may run several commands: shows them before they are pasted. */
export function PasteDialog({ request }: { request: Extract<DialogRequest, { kind: 'paste' }> }) {
  const ui = useUi();
  const lines = request.text.trimEnd().split(/\r\n|\r|\n/);
  const close = () => {
    ui.closeDialog();
    request.onClosed();
  };
  return (
    <Dialog
      title={`Paste ${lines.length} lines?`}
      description="The shell may run each line as soon as it arrives."
      onClose={close}
    >
      <pre className="paste-preview">
        {lines.slice(0, shownLines).join('\n')}
        {lines.length > shownLines ? `\n… ${lines.length - shownLines} more` : ''}
      </pre>
      <div className="actions">
        <Button onClick={close}>Cancel</Button>
        <Button
          kind="primary"
          autoFocus
          onClick={() => {
            request.onPaste();
            close();
          }}
        >
          Paste
        </Button>
      </div>
    </Dialog>
  );
}
