/** The window opens on an empty library, and what it shows comes from its host. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, type RunningApp } from './launch.ts';

let running: RunningApp;
beforeAll(async () => {
  running = await launch();
});
afterAll(async () => {
  await running?.close();
});

test('the window opens and shows the library view', async () => {
  const { app, page } = running;
  await page.getByText('Library', { exact: true }).first().waitFor();
  expect(page.url()).toMatch(/^basin:\/\/app\/index\.html#\/library/);
  const state = await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    return { visible: window?.isVisible(), minimum: window?.getMinimumSize() };
  });
  expect(state).toEqual({ visible: true, minimum: [900, 600] });
});

test('the host answers: it has made the library, and the design view lists its presets', async () => {
  const { page, library } = running;
  await page.keyboard.press('2');
  await page.waitForURL(/#\/design/);
  await page.getByText('Contrastive learning of digits').first().waitFor();
  expect(existsSync(join(library, 'basin.db'))).toBe(true);
});

test('the theme that is set reaches the window', async () => {
  const { app, page } = running;
  const choose = (id: string) =>
    app.evaluate(({ Menu }, label) => {
      const view = Menu.getApplicationMenu()?.items.find((item) => item.label === '&View');
      view?.submenu?.items.find((item) => item.label === label)?.click();
    }, id);
  await choose('Dark');
  await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches);
  await choose('Light');
  await page.waitForFunction(() => matchMedia('(prefers-color-scheme: light)').matches);
});

test('nothing went wrong on the way', () => {
  expect(running.errors).toEqual([]);
});
