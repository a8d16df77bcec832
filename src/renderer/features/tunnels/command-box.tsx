import { useState } from 'react';
import type { TunnelCommand, TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Button } from '../../ui/button.tsx';
import { ToggleChip } from '../../ui/toggle-chip.tsx';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** The tunnel from a command line: one program at a time, the first that is on this machine. */
export function CommandBox(props: { tunnel: TunnelInfo; calls: TunnelCalls; isMain: boolean }) {
  const { tunnel, calls } = props;
  const copy = useCopy();
  const { commands } = tunnel;
  const [chosen, setChosen] = useState<string>();
  const at = pick(commands, chosen);
  const command = commands[at];
  if (!command) return null;
  return (
    <div className="stack-tight">
      {commands.length > 1 && (
        <div role="group" aria-label="Programs" className="programs">
          {commands.map((each, index) => (
            <ToggleChip key={each.title} isOn={index === at} onClick={() => setChosen(each.title)}>
              {each.title}
              {!each.isInstalled && <span className="small muted">not installed</span>}
            </ToggleChip>
          ))}
        </div>
      )}
      <div className="tunnel-box">
        <code className="tunnel-command" aria-live="polite">
          {command.preview}
        </code>
        <Button onClick={() => copy(command.preview)}>Copy command</Button>
        <Button
          kind={props.isMain ? 'primary' : 'plain'}
          aria-disabled={!command.isInstalled}
          aria-describedby={command.isInstalled ? undefined : `${tunnel.id}-install`}
          onClick={() => command.isInstalled && calls.runCommand(at)}
        >
          Run
        </Button>
      </div>
      {!command.isInstalled && (
        <div className="line small">
          <p id={`${tunnel.id}-install`}>
            <span className="mono">{command.preview.split(' ', 1)}</span> was not found on this machine.{' '}
            <span className="muted">{command.install}</span>
          </p>
          <Button kind="quiet" onClick={calls.show}>
            Look again
          </Button>
        </div>
      )}
    </div>
  );
}

function pick(commands: readonly TunnelCommand[], chosen: string | undefined): number {
  const wanted = commands.findIndex((command) => command.title === chosen);
  if (wanted >= 0) return wanted;
  return Math.max(
    0,
    commands.findIndex((command) => command.isInstalled),
  );
}
