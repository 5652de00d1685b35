/** What the page can ask of the shell, as in src-contract/shell.ts. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { app, type BrowserWindow, clipboard, dialog, nativeTheme, shell } from 'electron';
import type { Implementation } from '#contract/rpc.ts';
import type { shellMethods, Theme } from '#contract/shell.ts';
import { siblingPaths, writeWhole } from './saveFiles.ts';

export interface ShellState {
  readonly window: BrowserWindow;
  /** The open library's folder. */
  library(): string;
  openLibrary(folder: string): Promise<void>;
  saveFolder(): string | undefined;
  rememberSaveFolder(folder: string): void;
  rememberTheme(theme: Theme): void;
}

export function shellApi(state: ShellState): Implementation<typeof shellMethods> {
  const { window } = state;

  async function choosePath(title: string, name: string): Promise<string | null> {
    const folder = state.saveFolder() ?? homedir();
    const extension = extname(name).slice(1);
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title,
      defaultPath: join(folder, name),
      filters: extension ? [{ name: extension.toUpperCase(), extensions: [extension] }] : [],
    });
    if (canceled || !filePath) return null;
    state.rememberSaveFolder(dirname(filePath));
    return extname(filePath) || !extension ? filePath : `${filePath}.${extension}`;
  }

  /** The dialog asked about the chosen path alone. */
  async function mayReplace(paths: readonly string[]): Promise<boolean> {
    const there = paths.filter((path) => existsSync(path)).map((path) => basename(path));
    if (there.length === 0) return true;
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: `Replace ${there.join(', ')}?`,
      detail: 'It lies beside the chosen file and is saved along with it.',
      buttons: ['Replace', 'Cancel'],
      cancelId: 1,
    });
    return response === 0;
  }

  return {
    info: () => ({
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      platform: `${process.platform}-${process.arch}`,
      library: state.library(),
    }),
    async saveFiles({ title, files }) {
      const [first] = files;
      const chosen = first && (await choosePath(title, first.name));
      if (!chosen) return null;
      const paths = siblingPaths(chosen, files);
      if (!(await mayReplace(paths.slice(1)))) return null;
      for (const [index, path] of paths.entries()) await writeWhole(path, files[index]?.text ?? '');
      return { saved: paths };
    },
    async chooseSavePath({ title, name }) {
      const path = await choosePath(title, name);
      return path === null ? null : { path };
    },
    showInFolder({ path }) {
      shell.showItemInFolder(path);
      return {};
    },
    copyText({ text }) {
      clipboard.writeText(text);
      return {};
    },
    setTheme({ theme }) {
      nativeTheme.themeSource = theme;
      state.rememberTheme(theme);
      return {};
    },
    async openLibrary() {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        title: 'Open library',
        defaultPath: state.library(),
        properties: ['openDirectory', 'createDirectory'],
      });
      const [folder] = filePaths;
      if (canceled || !folder) return null;
      await state.openLibrary(folder);
      return { folder };
    },
  };
}
