import type { ShellService } from '../../shells/shell-service.ts';
import type { WorkspaceService } from '../../workspace/workspace-service.ts';
import type { Reopening } from '../reopening.ts';
import type { UsageEvents } from '../usage-events.ts';
import type { Implementer } from './implementer.ts';

export interface WorkspaceRoutesServices {
  readonly workspace: WorkspaceService;
  readonly shells: ShellService;
  readonly usageEvents: UsageEvents;
  readonly reopening: Reopening;
}

export function workspaceRoutes({ workspace: os }: Implementer, services: WorkspaceRoutesServices) {
  const { workspace, shells, usageEvents, reopening } = services;
  return {
    activateTab: os.activateTab.handler(({ input }) => workspace.activate(input.tabId)),
    closeTab: os.closeTab.handler(({ input }) => workspace.close(input.tabId)),
    openRequests: os.openRequests.handler(() => ({ tabId: workspace.showRequestsTab() })),
    openRequest: os.openRequest.handler(({ input }) => ({
      tabId: workspace.showRequestTab(input.requestUri),
    })),
    openSettings: os.openSettings.handler(({ input }) => ({
      tabId: workspace.showSettingsTab(input.section),
    })),
    noteWindow: os.noteWindow.handler(({ input }) => reopening.noteWindow(input)),
    answerReopen: os.answerReopen.handler(({ input }) => reopening.answer(input.opens)),
    moveTab: os.moveTab.handler(({ input }) => workspace.move(input.tabId, input.toIndex)),
    duplicateTab: os.duplicateTab.handler(({ input }) => {
      const tabId = workspace.duplicate(input.tabId, input.size);
      const shellId = workspace.shellOf(tabId);
      if (shellId) usageEvents.shellStarted(shells.get(shellId).info, 'connection_list');
      return { tabId };
    }),
  };
}
