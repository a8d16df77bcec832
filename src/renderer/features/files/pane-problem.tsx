import type { FilePane } from '../../../shared/contract/files.ts';
import type { ErrorInfo } from '../../../shared/errors/app-error.ts';
import { useUi } from '../../state/ui-state.ts';
import { clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';

/** Why there are no files to see, in their place, with what would help. */
export function PaneProblem(props: {
  pane: FilePane;
  error: ErrorInfo;
  /** Absent where trying again changes nothing. */
  onRetry?: () => void;
  /** Another folder, where this one cannot be read. */
  onHome?: () => void;
}) {
  const { pane, error } = props;
  const ui = useUi();
  const needsSignIn = error.action === 'sign-in';
  const signIn = () =>
    ui.ask({
      kind: 'sign-in',
      clusterUri: clusterOf(pane.accountUri),
      userName: parseAccountUri(pane.accountUri)?.userName ?? '',
      afterwards: () => props.onRetry?.(),
    });
  return (
    <div className="pane-problem">
      <Problem error={error}>
        {needsSignIn && <Button onClick={signIn}>Sign in again</Button>}
        {!needsSignIn && props.onRetry && <Button onClick={props.onRetry}>Try again</Button>}
        {props.onHome && <Button onClick={props.onHome}>Go to the home folder</Button>}
      </Problem>
    </div>
  );
}
