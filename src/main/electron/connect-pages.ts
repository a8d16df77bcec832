import { ipcMain, MessageChannelMain, type WebContents } from 'electron';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { App } from '../app/app.ts';
import { pageOrigin } from './page-protocol.ts';
import { isBytes, isText, portPipe } from './port-pipe.ts';

/** Gives each load of the window's own page two ports to the core; the ports of the load before are closed. */
export function connectPages(app: App, contents: WebContents): void {
  let current: Disposable | undefined;
  const disconnect = () => {
    current?.dispose();
    current = undefined;
  };
  ipcMain.on('porthole-request-ports', (event) => {
    const frame = event.senderFrame;
    if (event.sender !== contents || !frame || frame !== contents.mainFrame || frame.origin !== pageOrigin)
      return;
    disconnect();
    const rpc = new MessageChannelMain();
    const bytes = new MessageChannelMain();
    current = app.connectClient({ rpc: portPipe(rpc.port1, isText), bytes: portPipe(bytes.port1, isBytes) });
    frame.postMessage('porthole-ports', undefined, [rpc.port2, bytes.port2]);
  });
  contents.on('destroyed', disconnect);
  contents.on('render-process-gone', disconnect);
}
