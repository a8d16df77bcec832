import type { TunnelGroup, TunnelInfo } from '../../shared/contract/tunnels.ts';
import type { Api } from '../client/api.ts';
import { isTunnelOpen, tunnelTitle } from '../features/tunnels/tunnel-look.ts';
import type { PaletteItem } from '../features/palette/palette-item.ts';

/** What the palette can do with tunnels: the one in front, and all that are known. */
export function tunnelActions(options: {
  tunnels: readonly TunnelInfo[];
  groups: readonly TunnelGroup[];
  front: TunnelInfo | undefined;
  call: (work: (api: Api) => Promise<unknown>) => void;
  copy: (text: string) => void;
}): PaletteItem[] {
  const { tunnels, groups, front, call, copy } = options;
  const open = tunnels.filter(isTunnelOpen);
  const close = (tunnel: TunnelInfo) => call((api) => api.tunnels.close({ tunnelId: tunnel.id }));
  const command = front?.commands[0];
  return [
    ...(front ? [{ id: 'tunnel:copy-address', name: 'Copy address', run: () => copy(front.address) }] : []),
    ...(command
      ? [{ id: 'tunnel:copy-command', name: 'Copy command', run: () => copy(command.preview) }]
      : []),
    ...(front && isTunnelOpen(front)
      ? [{ id: 'tunnel:close', name: 'Close tunnel', run: () => close(front) }]
      : []),
    ...tunnels.map((tunnel) => ({
      id: `tunnel:${tunnel.id}`,
      name: `Show tunnel ${tunnelTitle(tunnel)}`,
      run: () => call((api) => api.tunnels.show({ tunnelId: tunnel.id })),
    })),
    ...groups.map((group) => ({
      id: `tunnel-group:${group.id}`,
      name: `Open group ${group.name}`,
      run: () => call((api) => api.tunnels.openGroup({ groupId: group.id })),
    })),
    ...(open.length > 0
      ? [
          {
            id: 'tunnel:close-all',
            name: 'Close all tunnels',
            run: () => {
              for (const tunnel of open) close(tunnel);
            },
          },
        ]
      : []),
  ];
}
