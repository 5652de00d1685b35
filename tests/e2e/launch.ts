/** Starts a built app in the Electron that this machine has, with a library and a profile of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { resolveElectron } from '../../scripts/electron.mjs';

export const projectRoot = resolve(import.meta.dirname, '..', '..');

export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly library: string;
  /** Errors that the page logged or threw so far. */
  readonly errors: string[];
  /** Ends the app as a person would, and removes what it wrote. */
  close(): Promise<void>;
}

/** @param root the folder whose package.json names the app's main script */
export async function launch(root = projectRoot): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'basin-e2e-'));
  const library = join(folder, 'library');
  const electron = await resolveElectron({ app: root });
  const { ELECTRON_RUN_AS_NODE: _, ...environment } = process.env;
  const env = Object.entries({ ...environment, BASIN_NODE: process.execPath }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [...electron.args, `--user-data-dir=${join(folder, 'profile')}`, '--library', library],
    env: Object.fromEntries(env),
    // The window's own theme, not one that the test driver puts over it.
    colorScheme: null,
  });
  const page = await app.firstWindow();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  const close = async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { app, page, library, errors, close };
}
