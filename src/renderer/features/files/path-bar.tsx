import { ChevronRight, PencilLine } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { IconButton } from '../../ui/button.tsx';
import { PathField } from './path-field.tsx';
import { pathSteps } from './remote-path.ts';
import './path-bar.css';

/** Where the pane is: every folder on the way is a button, and the whole can be typed. */
export function PathBar(props: {
  paneId: string;
  path: string;
  isTyping: boolean;
  onTyping: (isTyping: boolean) => void;
  onGo: (path: string) => void;
}) {
  const bar = useRef<HTMLElement>(null);
  const [wasTyping, setWasTyping] = useState(false);
  // The end of a long path counts most.
  useEffect(() => {
    if (bar.current) bar.current.scrollLeft = bar.current.scrollWidth;
  }, [props.path, props.isTyping]);
  useEffect(() => {
    if (wasTyping && !props.isTyping) bar.current?.querySelector<HTMLElement>('[data-edit]')?.focus();
    setWasTyping(props.isTyping);
  }, [props.isTyping, wasTyping]);
  if (props.isTyping)
    return (
      <PathField
        paneId={props.paneId}
        path={props.path}
        onGo={props.onGo}
        onClose={() => props.onTyping(false)}
      />
    );
  const steps = pathSteps(props.path);
  return (
    <nav ref={bar} className="path-bar" aria-label="Folder">
      <ol className="path-steps" onDoubleClick={() => props.onTyping(true)}>
        {steps.map((step, at) => (
          <li key={step.path}>
            {at > 1 && <ChevronRight size={12} aria-hidden />}
            <button
              type="button"
              className="path-step mono"
              aria-label={at === 0 ? 'Root folder' : displayRemoteName(step.name)}
              aria-current={at === steps.length - 1 ? 'page' : undefined}
              onClick={() => props.onGo(step.path)}
            >
              {displayRemoteName(step.name)}
            </button>
          </li>
        ))}
      </ol>
      <IconButton label="Type a path" data-edit onClick={() => props.onTyping(true)}>
        <PencilLine size={13} aria-hidden />
      </IconButton>
    </nav>
  );
}
