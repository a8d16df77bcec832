import { useCallback } from 'react';
import type { Settings } from '../../../shared/contract/settings.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';

type FileSettings = Pick<Settings, 'files.side' | 'files.width' | 'files.showHidden'>;

/** How a person likes panes of files; kept in the settings. */
export function useFileSettings() {
  const session = useSession();
  const ui = useUi();
  const values = useAppState((state) => state.settings.values);
  const change = useCallback(
    (changes: Partial<FileSettings>) =>
      void session
        .call((api) => api.settings.set({ values: changes }))
        .catch((error: unknown) => ui.report(toAppError(error))),
    [session, ui],
  );
  return {
    side: values['files.side'],
    width: values['files.width'],
    showHidden: values['files.showHidden'],
    change,
  };
}
