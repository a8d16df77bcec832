import { Switch } from '@base-ui/react/switch';
import { useId, useState } from 'react';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { type ErrorInfo, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** How kubectl finds the cluster: a terminal that knows it, the file, or the person's own kubeconfig. */
export function KubeSection({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const copy = useCopy();
  const path = tunnel.kubeconfigPath;
  return (
    <div className="stack">
      <dl className="facts tunnel-facts">
        {tunnel.kubeContext && (
          <>
            <dt>Context</dt>
            <dd className="mono">{tunnel.kubeContext}</dd>
          </>
        )}
        {path && (
          <>
            <dt>Kubeconfig</dt>
            <dd className="line">
              <span className="mono clip" title={path}>
                {path}
              </span>
              <Button kind="quiet" onClick={() => copy(path)}>
                Copy path
              </Button>
            </dd>
          </>
        )}
      </dl>
      <div className="line kube-actions">
        <Button onClick={calls.openKubeShell}>Open terminal</Button>
        <span className="small muted">kubectl in it uses this cluster.</span>
      </div>
      <MergeSwitch tunnel={tunnel} />
    </div>
  );
}

/** The contexts of this account in the person's own kubeconfig, or out of it. */
function MergeSwitch({ tunnel }: { tunnel: TunnelInfo }) {
  const session = useSession();
  const id = useId();
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<string>();
  const [problem, setProblem] = useState<ErrorInfo>();
  const isMerged = tunnel.isInOwnKubeconfig === true;
  const change = async (wanted: boolean) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { path, copy } = await session.call((api) =>
        api.tunnels.mergeKubeconfig({ accountUri: tunnel.accountUri, isMerged: wanted }),
      );
      const kept = copy ? ` What it was before is in ${copy}.` : '';
      setDone(`${wanted ? 'Added to' : 'Removed from'} ${path}.${kept}`);
    } catch (failure) {
      setDone(undefined);
      setProblem(toErrorInfo(toAppError(failure)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack-tight">
      <div className="line">
        <Switch.Root
          className="switch"
          checked={isMerged}
          disabled={isBusy}
          onCheckedChange={(wanted) => void change(wanted)}
          aria-labelledby={id}
        >
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        <span id={id}>Add to my own kubeconfig</span>
      </div>
      <p className="small muted" role="status">
        {done ??
          'Every terminal then knows the contexts of this user. A copy of the file is kept; the switch takes them out again.'}
      </p>
      {problem && <Problem error={problem} />}
    </div>
  );
}
