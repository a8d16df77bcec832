import { contextBridge, ipcRenderer } from 'electron';

// All that the page gets: two message ports. No other channel, no Node.
contextBridge.exposeInMainWorld('porthole', {
  requestPorts: () => ipcRenderer.send('porthole-request-ports'),
});

ipcRenderer.on('porthole-ports', (event) => {
  window.postMessage('porthole-ports', window.location.origin, event.ports);
});
