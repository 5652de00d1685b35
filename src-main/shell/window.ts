/** The one window: a sandboxed page at the place where it was left. */
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { Settings } from './settings.ts';

const background = { light: '#ffffff', dark: '#16181c' };

export function createWindow(settings: Settings): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    ...visibleBounds(settings.bounds),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Basin',
    // Seen before the first paint, and while a resize catches up.
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      preload: join(__dirname, '..', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      spellcheck: false,
      // Charts must be up to date when the window comes back, and timers keep their pace.
      backgroundThrottling: false,
    },
  });
  nativeTheme.on('updated', () => {
    if (window.isDestroyed()) return;
    window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? background.dark : background.light);
  });
  window.once('ready-to-show', () => {
    if (settings.maximized) window.maximize();
    window.show();
  });
  return window;
}

/** Remembered bounds, unless the display that they were on is gone. */
function visibleBounds(bounds: Settings['bounds']): Settings['bounds'] {
  if (!bounds) return undefined;
  const { workArea } = screen.getDisplayMatching(bounds);
  const across =
    Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x);
  const down =
    Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y);
  return across >= 200 && down >= 100 ? bounds : undefined;
}
