/** The one object that the page gets, and the ports that the shell hands it. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge } from '#contract/shell.ts';

// The one thing used of the page's world; the rest of src-main is typed without it.
declare const window: {
  postMessage(message: unknown, origin: string, transfer: readonly unknown[]): void;
};

const bridge: Bridge = { ready: () => ipcRenderer.send('basin:ready') };
contextBridge.exposeInMainWorld('basin', bridge);

// A MessagePort cannot pass through the context bridge; a posted message carries it into the page's world.
ipcRenderer.on('basin:port', (event, message: unknown) => {
  window.postMessage(message, '*', [...event.ports]);
});
