import type { KeyChange } from '../../../shared/contract/key-bindings.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';

export type Bind = (changes: readonly KeyChange[]) => void;

/** Changes keys of commands; a refusal is told. */
export function useBind(): Bind {
  const session = useSession();
  const ui = useUi();
  return (changes) =>
    void session
      .call((api) => api.settings.bindKeys({ changes: [...changes] }))
      .catch((error: unknown) => ui.report(toAppError(error)));
}
