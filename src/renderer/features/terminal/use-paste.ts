import { useCallback } from 'react';
import { AppError } from '../../../shared/errors/app-error.ts';
import { useAppState } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import type { TerminalSession } from './terminal-session.ts';

export interface Paste {
  /** False when the text may go in as it is. */
  readonly needsQuestion: (text: string) => boolean;
  readonly paste: (text: string) => void;
  readonly pasteClipboard: () => void;
}

/** Pasting into a terminal; several lines are shown first unless the settings say otherwise. */
export function usePaste(terminal: TerminalSession | undefined): Paste {
  const ui = useUi();
  const warns = useAppState((state) => state.settings.values['terminal.pasteWarning']);
  const needsQuestion = useCallback((text: string) => warns && /[\r\n]/.test(text.trimEnd()), [warns]);
  const paste = useCallback(
    (text: string) => {
      if (!needsQuestion(text)) {
        terminal?.paste(text);
        return;
      }
      ui.ask({
        kind: 'paste',
        text,
        onPaste: () => terminal?.paste(text),
        onClosed: () => terminal?.terminal.focus(),
      });
    },
    [ui, terminal, needsQuestion],
  );
  const pasteClipboard = useCallback(
    () =>
      void navigator.clipboard.readText().then(paste, () =>
        ui.report(
          new AppError('unsupported', 'The clipboard could not be read.', {
            reason: 'The browser does not let this page read it.',
            advice: 'Paste with the keyboard, or allow it in the settings of the browser for this page.',
          }),
        ),
      ),
    [ui, paste],
  );
  return { needsQuestion, paste, pasteClipboard };
}
