import type { StateHub } from '../../state/state-hub.ts';
import type { UsageService } from '../../telemetry/usage-service.ts';
import type { Implementer } from './implementer.ts';

export function usageDataRoutes({ usageData: os }: Implementer, usage: UsageService, hub: StateHub) {
  return {
    answer: os.answer.handler(({ input }) => usage.answer(input.answer)),
    setAllowed: os.setAllowed.handler(({ input }) => ({ discarded: usage.setAllowed(input.isAllowed) })),
    answerJobRole: os.answerJobRole.handler(({ input }) => usage.answerJobRole(input.jobRole)),
    setMuted: os.setMuted.handler(({ input }) => ({
      discarded: usage.setMuted(input.clusterUri, input.isMuted),
    })),
    resetInstallationId: os.resetInstallationId.handler(() => usage.resetInstallationId()),
    preview: os.preview.handler(() => usage.preview(hub.state.workspace.activeAccountUri)),
  };
}
