import { useCallback } from 'react';
import { AppError } from '../../shared/errors/app-error.ts';
import { useUi } from './ui-state.ts';

/** Puts a text on the clipboard, and says so. */
export function useCopy(): (text: string) => void {
  const ui = useUi();
  return useCallback(
    (text) =>
      void navigator.clipboard.writeText(text).then(
        () => ui.notify('Copied.'),
        () =>
          ui.report(
            new AppError('unsupported', 'The text could not be copied.', {
              reason: 'The browser does not let this page write to the clipboard.',
              advice: 'Select the text and copy it by hand.',
            }),
          ),
      ),
    [ui],
  );
}
