/** The menu bar: what the shell does itself, and commands that the page carries out. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  /** A command of the page, by its id in the palette. */
  command(name: string): void;
  openLibrary(): void;
}

export function setMenu({ command, openLibrary }: MenuActions): void {
  const item = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => command(name),
    ...(accelerator ? { accelerator } : {}),
  });
  const views = ['Library', 'Design', 'Live', 'Compare'];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: '&File',
        submenu: [
          item('New experiment', 'view-design', 'CmdOrCtrl+N'),
          { label: 'Open library…', accelerator: 'CmdOrCtrl+O', click: openLibrary },
          { type: 'separator' },
          item('Export chart…', 'export', 'CmdOrCtrl+E'),
          { type: 'separator' },
          { label: 'Quit', accelerator: 'CmdOrCtrl+Q', click: () => app.quit() },
        ],
      },
      { role: 'editMenu' },
      {
        label: '&Run',
        submenu: [
          item('Pause or resume', 'pause'),
          item('Stop', 'stop'),
          item('Save a checkpoint', 'checkpoint'),
        ],
      },
      {
        label: '&View',
        submenu: [
          item('Search or command', 'palette', 'CmdOrCtrl+K'),
          { type: 'separator' },
          ...views.map((label, index) =>
            item(label, `view-${label.toLowerCase()}`, `CmdOrCtrl+${index + 1}`),
          ),
          { type: 'separator' },
          item('Light', 'theme-light'),
          item('Dark', 'theme-dark'),
          item("The system's colours", 'theme-system'),
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
          { type: 'separator' },
          { role: 'reload' },
          { role: 'toggleDevTools' },
        ],
      },
      { label: '&Help', submenu: [item('Keyboard shortcuts', 'help', 'F1')] },
    ]),
  );
}
