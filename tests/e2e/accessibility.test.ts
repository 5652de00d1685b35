/** Every view can be used with a keyboard and a screen reader, as far as axe's rules (WCAG 2 A, AA) can tell. */
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, type RunningApp } from './launch.ts';

let running: RunningApp;
beforeAll(async () => {
  running = await launch();
});
afterAll(async () => {
  await running?.close();
});

for (const theme of ['Light', 'Dark']) {
  for (const [index, view] of ['library', 'design', 'live', 'compare', 'graph'].entries()) {
    test(`${view}, ${theme.toLowerCase()}`, async () => {
      const { app, page } = running;
      await app.evaluate(({ Menu }, label) => {
        const menu = Menu.getApplicationMenu()?.items.find((item) => item.label === '&View');
        menu?.submenu?.items.find((item) => item.label === label)?.click();
      }, theme);
      await page.waitForFunction(
        (scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches,
        theme.toLowerCase(),
      );
      await page.keyboard.press(String(index + 1));
      await page.waitForURL(new RegExp(`#/${view}`));
      // In this page itself: Electron opens no second one, which axe would otherwise run in.
      const { violations, passes } = await new AxeBuilder({ page })
        .setLegacyMode(true)
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
        .analyze();
      const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
      expect(found).toEqual([]);
      expect(passes.length).toBeGreaterThan(5);
    });
  }
}
