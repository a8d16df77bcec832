import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef } from 'react';

/** A modal dialog: Esc and the veil close it, the focus stays inside and goes back afterwards. */
export function Dialog(props: {
  title: string;
  description?: string;
  size?: 'normal' | 'wide';
  onClose: () => void;
  children: ReactNode;
}) {
  const popup = useRef<HTMLDivElement>(null);
  // A press or Esc belongs to the dialog on top.
  const isOnTop = () => [...document.querySelectorAll('.dialog[data-open]')].at(-1) === popup.current;
  return (
    <Base.Root open onOpenChange={(open) => !open && isOnTop() && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup ref={popup} className="dialog stack" data-size={props.size}>
          <div className="stack-tight">
            <Base.Title className="dialog-title">{props.title}</Base.Title>
            {props.description && <Base.Description className="muted">{props.description}</Base.Description>}
          </div>
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
