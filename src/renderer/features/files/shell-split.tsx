import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useFileSettings } from './use-file-settings.ts';
import './shell-split.css';

const least = 20;
const most = 80;
const step = 2;

/** A terminal with its files beside it, and the line between them that moves by pointer and by keyboard. */
export function ShellSplit(props: { isFront: boolean; terminal: ReactNode; pane: ReactNode | undefined }) {
  const settings = useFileSettings();
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number>();
  const width = dragged ?? settings.width;
  const isLeft = settings.side === 'left';
  const share = (clientX: number) => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect || rect.width === 0) return width;
    const fromLeft = ((clientX - rect.left) / rect.width) * 100;
    return clamp(isLeft ? fromLeft : 100 - fromLeft);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) setDragged(share(event.clientX));
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    if (dragged !== undefined) settings.change({ 'files.width': share(event.clientX) });
    setDragged(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const wider = isLeft ? 'ArrowRight' : 'ArrowLeft';
    const moves: Record<string, number> = {
      [wider]: width + step,
      [isLeft ? 'ArrowLeft' : 'ArrowRight']: width - step,
      Home: least,
      End: most,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    settings.change({ 'files.width': clamp(to) });
  };
  return (
    <div
      ref={box}
      className="shell-split"
      hidden={!props.isFront}
      data-side={settings.side}
      data-split={props.pane !== undefined}
      style={{ '--pane': `${width}%` } as React.CSSProperties}
    >
      <div className="split-terminal">{props.terminal}</div>
      {props.pane && (
        <>
          <div
            className="split-line"
            role="separator"
            aria-label="Width of the files"
            aria-orientation="vertical"
            aria-valuenow={width}
            aria-valuemin={least}
            aria-valuemax={most}
            tabIndex={0}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={onPointerMove}
            onPointerUp={onPointerUp}
            onKeyDown={onKeyDown}
          />
          <div className="split-pane">{props.pane}</div>
        </>
      )}
    </div>
  );
}

function clamp(percent: number): number {
  return Math.round(Math.max(least, Math.min(percent, most)));
}
