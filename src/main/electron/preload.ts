import { contextBridge, ipcRenderer, webUtils } from 'electron';

// All that the page gets: two message ports, and the paths of files that a person dragged in. No other channel, no Node.
contextBridge.exposeInMainWorld('porthole', {
  requestPorts: () => ipcRenderer.send('porthole-request-ports'),
  pathOf: (file: File) => webUtils.getPathForFile(file),
});

ipcRenderer.on('porthole-ports', (event) => {
  window.postMessage('porthole-ports', window.location.origin, event.ports);
});
