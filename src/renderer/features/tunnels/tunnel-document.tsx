import { AppWindow, Boxes, Database } from 'lucide-react';
import { type CSSProperties, useEffect, useRef } from 'react';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { useClusterOf } from '../../state/store.ts';
import { useCopy } from '../../state/use-copy.ts';
import { useOpenApp } from '../../state/use-open-app.ts';
import { Button } from '../../ui/button.tsx';
import { AddressLine } from './address-line.tsx';
import { CommandBox } from './command-box.tsx';
import { KubeSection } from './kube-section.tsx';
import { TunnelFacts } from './tunnel-facts.tsx';
import { TunnelState } from './tunnel-state.tsx';
import { isTunnelOpen } from './tunnel-look.ts';
import { useTunnelCalls } from './use-tunnel-calls.ts';
import './tunnels.css';

const icons = { database: Database, app: AppWindow, kubernetes: Boxes };

/** One tunnel: its address, how to use it, how it goes. */
export function TunnelDocument({ tunnel, isFront }: { tunnel: TunnelInfo; isFront: boolean }) {
  const cluster = useClusterOf(tunnel.accountUri);
  const calls = useTunnelCalls(tunnel);
  const copy = useCopy();
  const openApp = useOpenApp('connection_list');
  const region = useRef<HTMLElement>(null);
  const { kind, resourceUri } = tunnel.target;
  const Icon = icons[kind];
  const isOpen = isTunnelOpen(tunnel);
  const isWeb = kind === 'app' && tunnel.protocol === 'http';

  useEffect(() => {
    if (isFront && !document.activeElement?.closest('.top-bar, .tab-bar, .dialog'))
      region.current?.focus({ preventScroll: true });
  }, [isFront]);

  return (
    <section
      ref={region}
      className="tunnel-document"
      aria-label={`Tunnel ${tunnel.name}`}
      hidden={!isFront}
      tabIndex={-1}
      style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
    >
      <div className="tunnel-column">
        <header className="tunnel-head">
          <h1 className="line grow">
            <Icon size={18} strokeWidth={1.75} aria-hidden />
            <span className="clip dialog-title" title={tunnel.name}>
              {tunnel.name}
            </span>
            <span className="muted clip">{subtitle(tunnel, cluster?.name)}</span>
          </h1>
          {isOpen && <Button onClick={calls.close}>Close tunnel</Button>}
        </header>
        <TunnelState tunnel={tunnel} calls={calls} />
        <AddressLine tunnel={tunnel} calls={calls} />
        {isWeb && (
          <div className="line">
            <Button kind={isOpen ? 'primary' : 'plain'} onClick={() => void openApp(resourceUri, 'tunnel')}>
              Open in browser
            </Button>
            <Button onClick={() => void openApp(resourceUri, 'proxy')}>Open through the proxy</Button>
          </div>
        )}
        <CommandBox tunnel={tunnel} calls={calls} isMain={isOpen && !isWeb} />
        {kind === 'kubernetes' && <KubeSection tunnel={tunnel} calls={calls} />}
        {tunnel.connectionString && tunnel.connectionString !== tunnel.address && (
          <div className="tunnel-box">
            <code className="tunnel-command">{tunnel.connectionString}</code>
            <Button onClick={() => copy(tunnel.connectionString)}>Copy connection string</Button>
          </div>
        )}
        <TunnelFacts tunnel={tunnel} calls={calls} />
      </div>
    </section>
  );
}

function subtitle(tunnel: TunnelInfo, cluster: string | undefined): string {
  const { target } = tunnel;
  const who = target.kind === 'database' && target.databaseUser ? `as ${target.databaseUser}` : '';
  const port = target.kind === 'app' && target.targetPort !== undefined ? `port ${target.targetPort}` : '';
  return [[tunnel.protocol, who, port].filter(Boolean).join(' '), cluster].filter(Boolean).join(' · ');
}
