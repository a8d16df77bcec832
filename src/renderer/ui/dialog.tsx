import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';

/** A modal dialog: Esc and the veil close it, the focus stays inside and goes back afterwards. */
export function Dialog(props: {
  title: string;
  description?: string;
  size?: 'normal' | 'wide';
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className="dialog stack" data-size={props.size}>
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
