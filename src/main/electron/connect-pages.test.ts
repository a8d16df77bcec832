import type { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../app/app.ts';
import { defaultBounds } from '../host/window-bounds.ts';
import { electron, resetElectron } from '../testing/electron.ts';
import { connectPages } from './connect-pages.ts';
import { createMainWindow } from './main-window.ts';
import { pageOrigin } from './page-protocol.ts';

vi.mock('electron', () => import('../testing/electron.ts'));

beforeEach(resetElectron);

describe('ports', () => {
  it('go to the main frame of the own page only, and a reload closes the old ones', () => {
    createMainWindow({ preload: '', pageUrl: '', bounds: defaultBounds });
    const contents = electron.windows[0]?.webContents as unknown as EventEmitter & {
      mainFrame: Record<string, unknown>;
    };
    const posted: unknown[] = [];
    contents.mainFrame = { origin: pageOrigin, postMessage: (...args: unknown[]) => posted.push(args) };
    const ended = vi.fn();
    const connectClient = vi.fn(() => ({ dispose: ended }));
    connectPages({ connectClient } as unknown as App, contents as never);
    const ask = (event: Record<string, unknown>) =>
      electron.ipc.get('porthole-request-ports')?.({
        sender: contents,
        senderFrame: contents.mainFrame,
        ...event,
      });
    ask({ sender: {} });
    ask({ senderFrame: { origin: pageOrigin } });
    contents.mainFrame['origin'] = 'https://evil.example';
    ask({});
    expect(connectClient).not.toHaveBeenCalled();
    contents.mainFrame['origin'] = pageOrigin;
    ask({});
    expect(connectClient).toHaveBeenCalledTimes(1);
    expect(posted).toHaveLength(1);
    ask({});
    expect(ended).toHaveBeenCalledTimes(1);
    contents.emit('destroyed');
    expect(ended).toHaveBeenCalledTimes(2);
  });
});
